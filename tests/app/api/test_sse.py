"""A run streamed from its start: its events, and what ends it."""

import httpx2
from fastapi.testclient import TestClient

from tests.app.at_work import assert_begins, assert_ends
from tests.app.execution.test_runner import events_of
from tests.live_server import PATIENCE_SECONDS, LiveServer


def test_stream_tells_of_each_branch_once_and_ends(client: TestClient) -> None:
    response = client.post("/graphs/scripted/stream", json={"input": {"may": "fail"}})

    events = events_of(response)
    names = [name for name, _ in events]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert names[0] == "run_started"
    assert names.count("branch_started") == names.count("branch_finished") == 3
    assert names[-4:] == ["join_started", "output", "report", "end"]
    assert events[0][1]["branches"] == ["must", "may", "also"]
    assert events[-1][1] == {"status": "success", "degraded": True, "error": None, "interrupts": []}


def test_stream_of_a_failed_run_ends_with_the_problem(client: TestClient) -> None:
    response = client.post("/graphs/scripted/stream", json={"input": {"must": "fail"}})

    name, data = events_of(response)[-1]
    assert name == "end"
    assert data["status"] == "error"
    assert data["error"]["status"] == 502
    assert data["error"]["branch"] == "must"


def test_stream_refuses_bad_input_before_any_event(client: TestClient) -> None:
    assert client.post("/graphs/scripted/stream", json={"input": {"must": 1}}).status_code == 422
    assert client.post("/graphs/nope/stream", json={"input": {}}).status_code == 404


def test_client_that_leaves_a_stream_ends_its_run(live_server: LiveServer) -> None:
    url = f"{live_server.url}/graphs/scripted/stream"
    body = {"input": {"may": "stall", "name": "follower"}}

    with httpx2.stream("POST", url, json=body, timeout=PATIENCE_SECONDS) as response:
        lines = response.iter_lines()
        next(lines)
        assert_begins("follower:may")

    assert_ends("follower:may")
