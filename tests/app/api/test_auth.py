"""Keys over HTTP: who is let in, and who sees what."""

import json
import socket
from collections.abc import AsyncIterator

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.main import create_app
from app.settings import Settings
from tests.app.service_at_hand import opened
from tests.live_server import PATIENCE_SECONDS, LiveServer

MINE, YOURS = "m" * 20, "y" * 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    keyed = {**settings.model_dump(), "api_keys": f"{MINE}, {YOURS}"}
    return Settings(_env_file=None, **keyed)


@pytest.fixture
def client(fresh_client: TestClient) -> TestClient:
    return fresh_client


def test_without_a_valid_key_only_open_paths_answer(client: TestClient) -> None:
    bad = {"x-api-key": "wrong"}

    assert client.get("/health/ready").status_code == 200
    assert client.get("/ok").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/health/nowhere").status_code == 404
    for path in (
        "/nowhere",
        "/healthy",
        "/ok/more",
        "/runs",
        "/graphs",
        "/openapi.json",
        "/info",
        "/runs/x",
        "/graphs/scripted",
    ):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert client.get(path, headers=bad).status_code == 401
    assert client.post("/graphs/scripted/invoke", json={"input": {}}).status_code == 401


@pytest.mark.parametrize("headers", [{"x-api-key": MINE}, {"Authorization": f"Bearer {MINE}"}])
def test_key_is_taken_in_either_header(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/graphs", headers=headers).status_code == 200


def test_runs_and_threads_are_seen_by_their_owner_alone(client: TestClient) -> None:
    mine, yours = {"x-api-key": MINE}, {"x-api-key": YOURS}
    body = {"input": {}, "thread_id": "same"}
    run = client.post("/graphs/asks/invoke", json=body, headers=mine).json()

    other = client.post("/graphs/tally/invoke", json=body, headers=yours).json()
    again = client.post("/graphs/tally/invoke", json=body, headers=mine).json()

    assert client.get(f"/runs/{run['run_id']}", headers=mine).status_code == 200
    assert client.get(f"/runs/{run['run_id']}", headers=yours).status_code == 404
    assert other["output"] == again["output"] == {"count": 1}


def test_key_is_in_no_answer(client: TestClient) -> None:
    answer = client.get("/info", headers={"x-api-key": MINE})

    assert MINE not in json.dumps(answer.json())


BODIES = ["/graphs/scripted/invoke", "/runs/search", "/threads", "/runs/x/resume"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}], ids=["none", "wrong"])
async def test_endless_body_without_a_valid_key_is_refused_before_it_is_read(
    settings: Settings, path: str, headers: dict[str, str]
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65_536

    async with opened(settings) as (client, _):
        refused = await client.post(path, content=endless(), headers=headers)

    assert (refused.status_code, sent) == (401, 0)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("length", ["Content-Length: 1000000000000", "Transfer-Encoding: chunked"])
def test_large_body_without_a_valid_key_is_not_even_wanted(
    live_server: LiveServer, length: str
) -> None:
    head = (
        f"POST /graphs/scripted/invoke HTTP/1.1\r\nHost: here\r\nx-api-key: wrong\r\n"
        f"Content-Type: application/json\r\nExpect: 100-continue\r\n{length}\r\n\r\n"
    )
    with socket.create_connection(live_server.listener.getsockname(), PATIENCE_SECONDS) as caller:
        caller.sendall(head.encode())
        with caller.makefile("rb") as answer:
            status_line = answer.readline()

    assert status_line.startswith(b"HTTP/1.1 401 ")  # and no `100 Continue` before it


@pytest.mark.parametrize("path", ["/ok", "/health/live", "/health/ready/", "/ok/"])
def test_open_paths_are_open_behind_a_prefix_and_with_a_slash(
    settings: Settings, path: str
) -> None:
    with TestClient(create_app(settings), root_path="/behind/a/proxy") as client:
        assert client.get(path).status_code == 200
        assert client.get("/graphs").status_code == 401


def test_websocket_without_a_key_is_closed(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/graphs"):
        pass

    assert closed.value.code == 1008


def test_client_that_leaves_while_it_sends_its_body_is_no_error_of_the_service(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    head = (
        f"POST /graphs/scripted/invoke HTTP/1.1\r\nHost: here\r\nx-api-key: {MINE}\r\n"
        f"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(live_server.listener.getsockname(), PATIENCE_SECONDS) as caller:
        caller.sendall(head.encode() + b'{"input": ')
        live_server.wait_for_requests(1)
    live_server.wait_for_requests(0)

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
