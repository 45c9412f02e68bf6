"""`GET /graphs/{id}/statistics`: what an owner's runs of a graph add up to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.main import create_app
from app.settings import Settings
from tests.app.execution.test_runner import invoke

KEYS = {"Alice": "a" * 24, "Bob": "b" * 24}


def statistics_of(client: TestClient, graph_id: str, **params: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/graphs/{graph_id}/statistics", params=params).json()
    return answer


def test_runs_of_a_graph_add_up_branch_by_branch(client: TestClient) -> None:
    reports = [
        invoke(client, "scripted").json()["report"],
        invoke(client, "scripted", input={"may": "fail"}).json()["report"],
        invoke(client, "scripted", input={"must": "fail"}).json()["report"],
    ]

    shown = statistics_of(client, "scripted")

    rows = [row for report in reports for row in report["branches"]]
    assert (shown["graph_id"], shown["runs"]) == ("scripted", 3)
    assert [one["branch"] for one in shown["branches"]] == sorted({row["name"] for row in rows})
    for one in shown["branches"]:
        executed = [row for row in rows if row["name"] == one["branch"]]
        durations = sorted(row["duration_ms"] for row in executed)
        assert one["n"] == len(executed)
        assert sum(one["statuses"].values()) == len(executed)
        assert one["attempts"] == sum(row["attempts"] for row in executed)
        assert one["duration_ms"]["p95"] == pytest.approx(durations[-1], abs=0.1)
        assert one["critical"] == sum(
            one["branch"] in report["critical_path"] for report in reports
        )
        assert one["tokens"] == {"input": 0, "output": 0}
    must = next(one for one in shown["branches"] if one["branch"] == "must")
    assert must["statuses"] == {"ok": 2, "failed": 1}


def test_items_of_one_branch_count_under_its_name(client: TestClient) -> None:
    invoke(client, "many", input={"words": ["one", "three", "broken"]})

    shown = {one["branch"]: one for one in statistics_of(client, "many")["branches"]}

    assert shown["measure"]["n"] == 3
    assert shown["measure"]["statuses"] == {"ok": 2, "failed": 1}
    assert shown["slow"]["duration_ms"] is None


def test_span_is_a_filter_and_says_so(client: TestClient) -> None:
    invoke(client, "scripted")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    assert statistics_of(client, "scripted", until=later)["runs"] == 1
    shown = statistics_of(client, "scripted", since=later)
    assert (shown["runs"], shown["branches"]) == (0, [])
    assert datetime.fromisoformat(shown["since"]) == datetime.fromisoformat(later)


def test_moment_without_a_zone_is_422(client: TestClient) -> None:
    for moment in ("2026-12-01T12:00:00", "noon", "0001-01-01T00:00:00+14:00"):
        answer = client.get("/graphs/scripted/statistics", params={"since": moment})
        assert answer.status_code == 422


def test_unknown_graph_is_404(client: TestClient) -> None:
    assert client.get("/graphs/nope/statistics").status_code == 404


def test_owner_sees_only_own_runs_and_runs_that_are_not_recorded_do_not_count(
    settings: Settings,
) -> None:
    keyed = settings.model_copy(
        update={"api_keys": tuple(map(SecretStr, KEYS.values())), "record_stateless": False}
    )
    with TestClient(create_app(keyed)) as client:
        alice, bob = ({"x-api-key": key} for key in KEYS.values())
        on_thread = {"input": {}, "thread_id": "t"}
        client.post("/graphs/scripted/invoke", json=on_thread, headers=alice)
        client.post("/graphs/scripted/invoke", json={"input": {}}, headers=bob)

        runs = [
            client.get("/graphs/scripted/statistics", headers=one).json()["runs"]
            for one in (alice, bob)
        ]

    assert runs == [1, 0]


def test_deleted_run_no_longer_counts(client: TestClient) -> None:
    run_id = invoke(client, "scripted").json()["run_id"]

    assert client.delete(f"/runs/{run_id}").status_code == 204

    assert statistics_of(client, "scripted")["branches"] == []
