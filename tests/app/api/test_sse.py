"""A run streamed from its start: its events, and what ends it."""

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.api.sse import KEEP_ALIVE_SECONDS, EventStream
from app.runs.events import EventLog
from app.runs.request import RunRequest
from app.runs.run import RunStatus
from app.settings import Settings
from tests.app import loop_clock
from tests.app.at_work import assert_begins, assert_ends
from tests.app.execution.test_runner import events_of
from tests.app.service_at_hand import activated, finished_branches, opened
from tests.live_server import PATIENCE_SECONDS, LiveServer


def test_stream_tells_of_each_branch_once_and_ends(client: TestClient) -> None:
    response = client.post("/graphs/scripted/stream", json={"input": {"may": "fail"}})

    events = events_of(response)
    names = [name for name, _ in events]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert names[0] == "run_started"
    assert names.count("branch_started") == names.count("branch_finished") == 3
    assert names[-5:] == ["join_started", "join_finished", "output", "report", "end"]
    assert events[0][1]["branches"] == ["must", "may", "also"]
    assert events[-1][1] == {
        "status": "success",
        "degraded": True,
        "error": None,
        "interrupts": [],
        "next": [],
    }


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


class Client:
    """The other side of a response: what it was sent, until it leaves."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._has_left = asyncio.Event()

    async def listen_to(self, stream: EventStream) -> None:
        """Return when the stream is over, as the server would."""
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}  # uvicorn's
        await stream(scope, self._receive, self._send)

    def leave(self) -> None:
        self._has_left.set()

    async def _receive(self) -> dict[str, Any]:
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if chunk := message.get("body"):
            self.chunks.put_nowait(chunk)


@pytest.mark.anyio
async def test_silent_stream_is_kept_alive_and_misses_no_event() -> None:
    log, client = EventLog(), Client()
    listening = asyncio.create_task(client.listen_to(EventStream(log.follow(), None)))
    log.append("token", {"text": "one"})

    with loop_clock.standing_still():
        first = await client.chunks.get()
        pings = []
        for _ in range(2):
            await settle()
            assert client.chunks.empty()
            loop_clock.skip(KEEP_ALIVE_SECONDS)
            pings.append(await client.chunks.get())
        log.append("token", {"text": "two"})
        second = await client.chunks.get()
        log.close()
        await listening

    assert first == b'event: token\ndata: {"text":"one"}\nid: 1\n\n'
    assert pings == [b": ping\n\n"] * 2
    assert second == b'event: token\ndata: {"text":"two"}\nid: 2\n\n'
    assert client.chunks.empty()


async def settle() -> None:
    """Let all go as far as it goes without time."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.anyio
async def test_client_that_leaves_in_mid_stream_ends_a_foreground_run_at_once(
    settings: Settings,
) -> None:
    stall = {"must": "stall", "may": "ok", "join": "ok", "name": "left"}
    async with opened(settings) as (_, service):
        handle = await service.runs.start(service.registry["scripted"], RunRequest(stall))
        active = await activated(service, handle.run.id)
        client = Client()
        stream = EventStream(await handle.stream(), None, on_close=handle.client_left)
        listening = asyncio.create_task(client.listen_to(stream))
        await finished_branches(active, count=2)

        with loop_clock.standing_still():  # not at the next keep-alive
            client.leave()
            await listening
            run = await active.wait()

    assert run.status is RunStatus.CANCELLED


@pytest.mark.anyio
async def test_client_that_leaves_a_background_run_does_not_end_it(settings: Settings) -> None:
    stall = {"must": "stall", "may": "ok", "join": "ok", "name": "stays"}
    async with opened(settings) as (_, service):
        request = RunRequest(stall, is_background=True)
        handle = await service.runs.start(service.registry["scripted"], request)
        active = await activated(service, handle.run.id)
        client = Client()
        stream = EventStream(await handle.stream(), None, on_close=handle.client_left)
        listening = asyncio.create_task(client.listen_to(stream))
        await finished_branches(active, count=2)

        client.leave()
        await listening
        await settle()
        is_left_alone = not active.cancel_requested and not active.finished.done()

    assert is_left_alone


@pytest.mark.parametrize(
    ("path", "method"), [("/graphs/scripted/stream", "post"), ("/runs/{run_id}/stream", "get")]
)
def test_stream_is_described_as_events_and_not_as_one_text(
    client: TestClient, path: str, method: str
) -> None:
    described = client.get("/openapi.json").json()["paths"][path][method]["responses"]["200"]

    assert list(described["content"]) == ["text/event-stream"]
    assert list(described["content"]["text/event-stream"]) == ["itemSchema"]
