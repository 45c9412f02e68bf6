"""Background runs as a queue: behind others on a thread, later, cancelled, fair over owners."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.settings import Settings
from tests.app.at_work import assert_begins, holding
from tests.app.execution.test_runner import events_of

OK = {"must": "ok", "may": "ok", "join": "ok"}


def enqueue(client: TestClient, graph_id: str = "tally", **body: Any) -> httpx2.Response:
    return client.post(f"/graphs/{graph_id}/runs", json={"input": {}, **body})


def end_of(client: TestClient, created: httpx2.Response) -> dict[str, Any]:
    assert created.status_code == 202, created.text
    run_id = created.json()["run_id"]
    events = events_of(client.get(f"/runs/{run_id}/stream"))
    end: dict[str, Any] = events[-1][1]
    return end


def test_runs_that_wait_for_their_thread_go_on_in_the_order_of_their_requests(
    client: TestClient,
) -> None:
    with holding("first:must"):
        first = enqueue(client, "scripted", input={**OK, "name": "first"}, thread_id="in order")
        assert_begins("first:must")
        refused = enqueue(client, thread_id="in order")
        waiting = [enqueue(client, thread_id="in order", when_busy="enqueue") for _ in range(3)]
        statuses = {client.get(f"/runs/{one.json()['run_id']}").json()["status"] for one in waiting}

    ends = [end_of(client, one)["status"] for one in (first, *waiting)]
    counts = [
        client.get(f"/runs/{one.json()['run_id']}").json()["output"]["count"] for one in waiting
    ]

    assert refused.status_code == 409
    assert statuses == {"pending"}
    assert ends == ["success"] * 4
    assert counts == [1, 2, 3]


def test_run_that_may_wait_begins_at_once_on_a_free_thread(client: TestClient) -> None:
    assert end_of(client, enqueue(client, thread_id="free", when_busy="enqueue"))["status"] == (
        "success"
    )


def test_run_that_fails_lets_the_next_on_its_thread_begin(client: TestClient) -> None:
    failing = enqueue(client, "scripted", input={**OK, "must": "fail"}, thread_id="goes on")
    waiting = enqueue(client, thread_id="goes on", when_busy="enqueue")

    assert end_of(client, failing)["status"] == "error"
    assert end_of(client, waiting)["status"] == "success"


def test_cancelled_run_that_waits_for_its_thread_never_begins(client: TestClient) -> None:
    with holding("held:must"):
        first = enqueue(client, "scripted", input={**OK, "name": "held"}, thread_id="cancelled")
        assert_begins("held:must")
        waiting = enqueue(client, thread_id="cancelled", when_busy="enqueue")
        next_one = enqueue(client, thread_id="cancelled", when_busy="enqueue")
        cancelled = client.post(f"/runs/{waiting.json()['run_id']}/cancel").json()

    assert cancelled["status"] == "cancelled"
    assert end_of(client, first)["status"] == "success"
    assert end_of(client, next_one)["status"] == "success"
    events = events_of(client.get(f"/runs/{cancelled['run_id']}/stream"))
    assert [name for name, _ in events] == ["report", "end"]


def test_run_of_a_later_moment_is_pending_until_it_is_cancelled(client: TestClient) -> None:
    before = datetime.now(UTC)

    created = enqueue(client, after_seconds=3600)
    run_id = created.json()["run_id"]
    shown = client.get(f"/runs/{run_id}").json()
    cancelled = client.post(f"/runs/{run_id}/cancel").json()

    assert (shown["status"], shown["attempt"]) == ("pending", 0)
    begins = datetime.fromisoformat(shown["not_before"])
    assert timedelta(seconds=3599) <= begins - before <= timedelta(seconds=3660)
    assert cancelled["status"] == "cancelled"


@pytest.mark.parametrize("seconds", [-1, 31 * 24 * 3600, "soon", True])
def test_moment_that_cannot_be_is_422(client: TestClient, seconds: Any) -> None:
    refused = enqueue(client, after_seconds=seconds)

    assert refused.status_code == 422
    assert "after_seconds" in refused.text


def test_run_of_a_moment_that_has_come_begins(client: TestClient) -> None:
    assert end_of(client, enqueue(client, after_seconds=0.001))["status"] == "success"


class TestOneSlot:
    """One run at a time, so that all others wait."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        keys = tuple(SecretStr(owner * 4) for owner in ("greedy", "modest"))
        return settings.model_copy(update={"max_concurrent_runs": 1, "api_keys": keys})

    @pytest.fixture
    def client(self, fresh_client: TestClient) -> TestClient:
        return fresh_client

    def test_run_of_another_owner_begins_before_most_of_many(self, client: TestClient) -> None:
        greedy, modest = ({"x-api-key": owner * 4} for owner in ("greedy", "modest"))
        with holding("held:must"):
            body = {"input": {**OK, "name": "held"}}
            client.post("/graphs/scripted/runs", json=body, headers=greedy)
            assert_begins("held:must")
            many = [
                client.post("/graphs/tally/runs", json={"input": {}}, headers=greedy).json()
                for _ in range(20)
            ]
            one = client.post("/graphs/tally/runs", json={"input": {}}, headers=modest).json()
        for run, headers in [*((each, greedy) for each in many), (one, modest)]:
            client.get(f"/runs/{run['run_id']}/stream", headers=headers)

        began = client.get(f"/runs/{one['run_id']}", headers=modest).json()["started_at"]
        before = [
            run
            for run in many
            if client.get(f"/runs/{run['run_id']}", headers=greedy).json()["started_at"] < began
        ]
        assert len(before) <= 1
