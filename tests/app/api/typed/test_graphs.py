"""`GET /graphs/{id}`: what a caller can know of a graph's branches and joins before it runs."""

from typing import Any

from fastapi.testclient import TestClient

from tests.app.execution.test_runner import invoke


def policies(client: TestClient, graph_id: str, kind: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in client.get(f"/graphs/{graph_id}").json()[kind]}


def test_a_branch_says_whether_it_runs_per_item_and_has_a_cache(client: TestClient) -> None:
    branches = policies(client, "many", "branches")

    assert branches["measure"]["items"] == {"max_at_once": 2, "min": 0, "max": 1000}
    assert branches["quick"]["items"] is None
    assert branches["measure"]["has_cache"] is False


def test_a_join_says_when_it_runs_and_what_it_waits_for(client: TestClient) -> None:
    joins = policies(client, "many", "join_policies")

    assert joins["gather"] == {
        "name": "gather",
        "branches": ["measure"],
        "until": {"kind": "all"},
        "fail_fast": False,
        "attempts": 1,
    }
    assert joins["finish"]["until"] == {"kind": "quorum", "k": 1}
    assert list(joins) == client.get("/graphs/many").json()["joins"]


def test_a_join_without_the_kit_declares_nothing(client: TestClient) -> None:
    [join] = policies(client, "plain", "join_policies").values()

    assert (join["branches"], join["until"], join["fail_fast"]) == (None, None, None)


def test_a_run_that_failed_says_in_a_search_what_ended_it(client: TestClient) -> None:
    failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]
    went_well = invoke(client, "scripted").json()["run_id"]

    listed = {run["run_id"]: run for run in client.post("/runs/search", json={}).json()}

    assert listed[failed]["error_type"] == "ValueError"
    assert listed[went_well]["error_type"] is None
