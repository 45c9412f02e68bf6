"""`fanjoin health` against a real service, and against what is none."""

import socket
import subprocess
import sys
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
