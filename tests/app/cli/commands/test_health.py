"""`fanjoin health` against a real service, and against what is none."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.live_server import LiveServer, serve


def health_of(server: LiveServer) -> Result:
    return CliRunner().invoke(cli, ["health", "--port", str(server.listener.getsockname()[1])])


@contextlib.contextmanager
def dripping(begins: bytes, repeats: bytes) -> Iterator[int]:
    """Serve an answer without an end on a port, a few bytes at a time."""
    has_ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.sendall(begins)
            while not has_ended.wait(0.02):
                connection.sendall(repeats)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            has_ended.set()
            thread.join()


def answering(answer: Response) -> FastAPI:
    async def ready(request: Request) -> Response:
        return answer

    return FastAPI(routes=[Route("/health/ready", ready)])


def test_service_that_takes_runs_is_healthy(live_server: LiveServer) -> None:
    result = health_of(live_server)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"ready: {live_server.url} serves ")
    assert result.stdout.count("\n") == 1


def test_service_that_refuses_is_not_healthy_and_says_why() -> None:
    problem = {"title": "…", "status": 503, "detail": "the service is stopping"}
    answer = JSONResponse(problem, HTTPStatus.SERVICE_UNAVAILABLE)

    with serve(answering(answer)) as server:
        result = health_of(server)

    assert result.exit_code == 1
    assert "not ready: the service is stopping" in result.stderr


@pytest.mark.parametrize(
    "answer",
    [PlainTextResponse("hello"), JSONResponse(["ready"]), JSONResponse({"status": "up"})],
    ids=["text", "list", "other"],
)
def test_another_server_at_the_address_is_not_healthy(answer: Response) -> None:
    with serve(answering(answer)) as server:
        result = health_of(server)

    assert result.exit_code == 1
    assert "not ready: http://127.0.0.1:" in result.stderr
    assert "answered 200" in result.stderr


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "silence": (b"", b""),
    "a head": (HEAD, b"a"),
    "headers": (HEAD, b"a: b\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": (HEAD + b"\r\n", b" "),
    "a chunk": (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}
"""What a server begins with, and what it sends a little of again and again."""


@pytest.mark.parametrize(("begins", "repeats"), ENDLESS.values(), ids=ENDLESS)
def test_answer_that_drips_without_end_is_not_healthy(begins: bytes, repeats: bytes) -> None:
    with dripping(begins, repeats) as port:
        arguments = ["health", "--port", str(port), "--seconds", "0.3"]
        result = CliRunner().invoke(cli, arguments)

    assert result.exit_code == 1
    assert "did not answer within 0.3 s" in result.stderr


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"a":' * 20_000, b"9" * 5000, b'{"detail": "' + b"x" * 1_000_000 + b'"}'],
    ids=["deep lists", "deep objects", "endless integer", "endless text"],
)
def test_hostile_body_is_not_healthy_and_is_shown_to_nobody(body: bytes) -> None:
    with serve(answering(Response(body, media_type="application/json"))) as server:
        result = health_of(server)

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "answered 200" in result.stderr
    assert len(result.stderr) < 200


def test_long_detail_is_cut() -> None:
    answer = JSONResponse({"detail": "a\nb\x1b[2J" + "x" * 50_000}, 503)

    with serve(answering(answer)) as server:
        result = health_of(server)

    assert result.exit_code == 1
    assert len(result.stderr) < 600
    assert result.stderr.startswith("fanjoin: not ready: a b")


def test_nobody_at_the_address_is_not_healthy() -> None:
    with socket.socket() as occupied:  # by one who never listens
        occupied.bind(("127.0.0.1", 0))
        port = str(occupied.getsockname()[1])

        result = CliRunner().invoke(cli, ["health", "--port", port])

    assert result.exit_code == 1
    assert f"No service answers at http://127.0.0.1:{port}" in result.stderr


@pytest.mark.parametrize("host", ["a" * 80, "[a"], ids=["too long", "no address"])
def test_host_that_is_no_name_is_not_healthy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_API_KEYS", "a-key-of-sixteen-signs")

    result = CliRunner().invoke(cli, ["health", "--host", host])

    assert result.exit_code == 1
    assert "No service answers at" in result.stderr


def test_address_of_every_interface_is_asked_on_loopback(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_HOST", "0.0.0.0")
    monkeypatch.setenv("FANJOIN_API_KEYS", "a-key-of-sixteen-signs")

    assert health_of(live_server).exit_code == 0


def test_command_loads_neither_langgraph_nor_a_web_framework() -> None:
    loads = (
        "import app.cli.commands.health, sys; "
        "print({'langgraph', 'fastapi', 'httpx2'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
