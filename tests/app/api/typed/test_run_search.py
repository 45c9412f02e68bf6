"""Runs found by their labels and by what they are."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.execution.test_runner import invoke


def test_runs_are_found_by_their_labels_newest_first(client: TestClient) -> None:
    labels = {"customer": "c1", "express": True, "items": 3, "coupon": None}
    first = invoke(client, "scripted", metadata=labels).json()["run_id"]
    invoke(client, "scripted", metadata={"customer": "c2"})
    last = invoke(client, "tally", metadata=labels).json()["run_id"]

    answer = client.post("/runs/search", json={"metadata": {"customer": "c1", "items": 3}})

    assert [run["run_id"] for run in answer.json()] == [last, first]
    assert answer.json()[0]["metadata"] == labels
    assert client.get(f"/runs/{first}").json()["metadata"] == labels


def test_search_narrows_by_status_graph_and_thread_and_goes_on_before_a_run(
    client: TestClient,
) -> None:
    failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]
    asking = invoke(client, "asks", thread_id="t").json()["run_id"]

    def find(**wanted: Any) -> list[str]:
        answer = client.post("/runs/search", json=wanted).json()
        return [run["run_id"] for run in answer]

    assert find() == [asking, failed]
    assert find(status="error") == [failed]
    assert find(graph_id="asks") == find(thread_id="t") == [asking]
    assert find(limit=1) == [asking]
    assert find(before=asking) == [failed]


@pytest.mark.parametrize(
    "metadata",
    [{"a": {"b": 1}}, {"a": [1]}, {"": 1}, {"a": "\x00"}, {str(n): n for n in range(17)}],
)
def test_labels_that_could_not_be_searched_are_422(
    client: TestClient, metadata: dict[str, Any]
) -> None:
    with_input = {"input": {}, "metadata": metadata}
    for path, body in (
        ("/graphs/scripted/invoke", with_input),
        ("/runs/search", {"metadata": metadata}),
    ):
        refused = client.post(path, json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["place"].startswith("metadata")


def test_runs_are_searched_by_what_came_of_them(client: TestClient) -> None:
    fine = invoke(client, "scripted").json()
    degraded = invoke(client, "scripted", input={"may": "fail"}).json()
    failed = invoke(client, "scripted", input={"must": "fail"}).json()

    def find(**wanted: Any) -> list[str]:
        return [run["run_id"] for run in client.post("/runs/search", json=wanted).json()]

    assert find(failed_branch="may") == [degraded["run_id"]]
    assert find(degraded=False) == [fine["run_id"]]
    assert find(degraded=True, status="error") == [failed["run_id"]]
    walls = sorted(one["report"]["wall_ms"] for one in (fine, degraded, failed))
    assert find(min_wall_ms=walls[0], max_wall_ms=walls[0]) != []
    assert find(min_wall_ms=walls[2] + 1) == find(min_tokens=1) == find(min_cost_usd=0.1) == []
    assert len(find(max_tokens=0, max_cost_usd=0)) == 3
    shown = client.post("/runs/search", json={"failed_branch": "may"}).json()[0]
    assert shown["failed_branches"] == ["may"]
    assert (shown["degraded"], shown["tokens"]) == (True, {"input": 0, "output": 0})
    assert shown["wall_ms"] == degraded["report"]["wall_ms"]


def test_runs_are_searched_by_time(client: TestClient) -> None:
    first, second = (invoke(client, "scripted").json()["run_id"] for _ in range(2))
    moment = client.get(f"/runs/{second}").json()["created_at"]

    def find(**wanted: Any) -> list[str]:
        return [run["run_id"] for run in client.post("/runs/search", json=wanted).json()]

    assert find(created_since=moment) == [second]
    assert find(created_until=moment) == [first]
    assert find(ended_since=moment, ended_until="9000-01-01T00:00:00Z") == [second]


@pytest.mark.parametrize(
    "wanted",
    [
        {"created_since": "2026-12-01T12:00:00"},
        {"ended_until": 5},
        {"ended_until": "0001-01-01T00:00:00+14:00"},
        {"min_wall_ms": -1},
        {"max_tokens": "many"},
        {"degraded": "yes"},
        {"failed_branch": "a\x00b"},
    ],
)
def test_filter_that_means_nothing_is_422(client: TestClient, wanted: dict[str, Any]) -> None:
    assert client.post("/runs/search", json=wanted).status_code == 422


def test_labels_go_over_to_the_retry_of_a_run(client: TestClient) -> None:
    failed = invoke(client, "flaky", input={"name": "labelled"}, metadata={"a": 1}).json()

    again = client.post(f"/runs/{failed['run_id']}/retry").json()

    assert (again["metadata"], again["retry_of"]) == ({"a": 1}, failed["run_id"])
