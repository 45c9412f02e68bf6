"""Batch, background, filters, limits: what the typed routes do beyond one run."""

import asyncio
import socket
import threading
import time
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.storage.checkpoints.sqlite_saver import SqliteSaver
from tests.app.at_work import assert_begins, assert_ends, holding
from tests.app.execution.test_runner import events_of, invoke
from tests.app.service_at_hand import activated, opened
from tests.live_server import PATIENCE_SECONDS, LiveServer, post_and_leave


def test_batch_answers_in_the_order_of_the_inputs_each_with_its_own_status(
    client: TestClient,
) -> None:
    inputs = [{"name": "a"}, {"must": "fail", "name": "b"}, {"may": "fail", "name": "c"}]

    response = client.post("/graphs/scripted/batch", json={"inputs": inputs, "max_concurrency": 2})

    assert response.status_code == 200
    first, second, third = response.json()["results"]
    assert (first["status"], first["degraded"]) == ("success", False)
    assert (second["status"], second["output"]) == ("error", None)
    assert second["error"]["branch"] == "must"
    assert second["report"]["branches"]
    assert (third["status"], third["degraded"]) == ("success", True)


def test_batch_of_more_inputs_than_may_be_is_422(client: TestClient) -> None:
    response = client.post("/graphs/scripted/batch", json={"inputs": [{}] * 101})

    assert response.status_code == 422
    assert response.json()["errors"][0]["place"] == "inputs"


def test_wrong_input_of_a_batch_is_named_by_its_place(client: TestClient) -> None:
    response = client.post("/graphs/scripted/batch", json={"inputs": [{}, {"must": 1}]})

    assert response.json()["errors"][0]["place"] == "inputs.1.must"


def test_batch_runs_no_more_at_once_than_asked(live_server: LiveServer) -> None:
    inputs = [{"must": "nap", "name": f"n{number}"} for number in range(4)]

    began = time.monotonic()
    httpx2.post(
        f"{live_server.url}/graphs/scripted/batch",
        json={"inputs": inputs, "max_concurrency": 2},
        timeout=PATIENCE_SECONDS,
    )

    assert time.monotonic() - began >= 0.4


def test_client_that_leaves_a_batch_ends_its_runs(live_server: LiveServer) -> None:
    inputs = [{"may": "stall", "name": "first"}, {"may": "stall", "name": "second"}]

    path, body = "/graphs/scripted/batch", {"inputs": inputs}
    post_and_leave(live_server, path, body, when=lambda: assert_begins("second:may"))

    assert_ends("first:may")
    assert_ends("second:may")


def test_background_run_answers_at_once_and_goes_on(client: TestClient) -> None:
    with holding("in the background:must"):
        body = {"input": {"name": "in the background"}}
        created = client.post("/graphs/scripted/runs", json=body)

    assert created.status_code == 202
    run_id = created.json()["run_id"]
    assert created.json()["status"] in ("pending", "running")
    assert events_of(client.get(f"/runs/{run_id}/stream"))[-1][1]["status"] == "success"
    assert client.get(f"/runs/{run_id}").json()["output"]["answer"].startswith("must")


def test_stream_tells_of_the_branches_asked_for(client: TestClient) -> None:
    response = client.post("/graphs/scripted/stream?branches=must,also", json={"input": {}})

    finished = [data["id"] for name, data in events_of(response) if name == "branch_finished"]
    names = [name for name, _ in events_of(response)]
    assert sorted(finished) == ["also", "must"]
    assert names[0] == "run_started"
    assert names[-5:] == ["join_started", "join_finished", "output", "report", "end"]


def test_stream_of_unknown_branches_names_the_known_ones(client: TestClient) -> None:
    response = client.post("/graphs/scripted/stream?branches=nope", json={"input": {}})

    assert response.status_code == 422
    assert "must, may, also" in response.json()["detail"]


class TestLimits:
    """At most so many runs at once, so many waiting, so many bytes."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        few = {"max_concurrent_runs": 1, "max_waiting_runs_per_owner": 1, "max_body_bytes": 1000}
        return settings.model_copy(update=few)

    @pytest.fixture
    def client(self, fresh_client: TestClient) -> TestClient:
        return fresh_client

    def start(self, client: TestClient, **graph_input: Any) -> httpx2.Response:
        return client.post("/graphs/scripted/runs", json={"input": graph_input})

    def hold_the_slot(self, client: TestClient) -> httpx2.Response:
        """Start a run that stalls, and return once it has its slot and waits no more."""
        name = uuid4().hex
        started = self.start(client, may="stall", name=name)
        assert_begins(f"{name}:may")
        return started

    def test_run_beyond_those_that_may_wait_is_429_with_retry_after(
        self, client: TestClient
    ) -> None:
        held = self.hold_the_slot(client)
        waiting = self.start(client)

        refused = self.start(client)

        assert (held.status_code, waiting.status_code) == (202, 202)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert client.get(f"/runs/{waiting.json()['run_id']}").json()["status"] == "pending"

    def test_waiting_run_begins_when_the_one_before_it_ends(self, client: TestClient) -> None:
        held = self.hold_the_slot(client)
        waiting = self.start(client)

        client.post(f"/runs/{held.json()['run_id']}/cancel")

        events = events_of(client.get(f"/runs/{waiting.json()['run_id']}/stream"))
        assert events[-1][1]["status"] == "success"

    def test_waiting_run_that_is_cancelled_ends_without_having_begun(
        self, client: TestClient
    ) -> None:
        self.hold_the_slot(client)
        waiting = self.start(client).json()["run_id"]

        cancelled = client.post(f"/runs/{waiting}/cancel")

        assert cancelled.json()["status"] == "cancelled"
        assert [name for name, _ in events_of(client.get(f"/runs/{waiting}/stream"))] == [
            "report",
            "end",
        ]
        assert self.start(client).status_code == 202

    @pytest.mark.anyio
    async def test_run_that_is_told_to_be_over_has_made_room_for_another(
        self, settings: Settings
    ) -> None:
        path, may_go_on = "/graphs/scripted/runs", threading.Event()
        async with opened(settings) as (client, service):
            holds = await client.post(path, json={"input": {"may": "stall"}})
            await activated(service, holds.json()["run_id"])
            waiting = (await client.post(path, json={"input": {}})).json()["run_id"]
            saver = service.checkpoints.of("").behind
            assert isinstance(saver, SqliteSaver)
            file = saver.file
            tidying = asyncio.create_task(file.run(lambda _: may_go_on.wait()))
            try:
                cancelled = await client.post(f"/runs/{waiting}/cancel")
                another = await client.post(path, json={"input": {}})
            finally:
                may_go_on.set()
                await tidying

        assert cancelled.json()["status"] == "cancelled"
        assert another.status_code == 202

    def test_body_that_says_it_is_too_large_is_413(self, client: TestClient) -> None:
        response = invoke(client, "scripted", input={"name": "x" * 2000})

        assert response.status_code == 413
        assert "FANJOIN_MAX_BODY_BYTES" in response.json()["detail"]

    def test_body_that_turns_out_too_large_is_413_before_it_is_read_whole(
        self, live_server: LiveServer
    ) -> None:
        begins = b"POST /graphs/scripted/invoke HTTP/1.1\r\nHost: here\r\n"
        begins += b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

        address = live_server.listener.getsockname()
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as client:
            client.sendall(begins + b"7d0\r\n" + b"x" * 2000 + b"\r\n")  # and it never ends

            assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_run_cancelled_before_its_first_step_leaves_its_thread_free(
    live_server: LiveServer,
) -> None:
    path, body = "/graphs/scripted/invoke", {"input": {}, "thread_id": "same"}

    for _ in range(20):
        post_and_leave(live_server, path, body, when=lambda: None)

    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx2.Client(base_url=live_server.url, timeout=PATIENCE_SECONDS) as client:
        while client.post(path, json=body).status_code != 200:
            assert time.monotonic() < deadline, "the thread is still busy"
