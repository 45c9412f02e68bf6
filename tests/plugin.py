"""What tests of a graph can ask for: a pytest plugin, loaded by tests/conftest.py.

    model_server     a real OpenAI-speaking server on loopback: script it, and read its calls
    source_server    one that is every source of the shipped adapters
    graph_service    a client of the service over the project's own langgraph.json
    live_graphs      the same behind a real uvicorn, by its `url`

Each test runs without the keys and settings of the machine.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.live_server import LiveServer, serve
from tests.machine import NO_SOURCES, OF_THE_MACHINE, ROOT
from tests.model_server import model_server, running_model_server
from tests.source_server import running_source_server, source_server

__all__ = ["model_server", "running_model_server", "running_source_server", "source_server"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_of_the_machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Keep the operator's keys, settings and documents, and the world, out of every test."""
    if "embedded_service" in request.fixturenames:
        return  # it has done so itself, and its model's address stays in the environment
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
    for name, nobody in NO_SOURCES.items():
        monkeypatch.setenv(name, nobody)
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def graph_settings(tmp_path: Path) -> Settings:
    """The service over the project's own graphs, with no model of its own."""
    return Settings(
        _env_file=None,
        graphs_file=ROOT / "langgraph.json",
        data_dir=tmp_path / "data",
        local_model="off",
        allowed_hosts=("testserver",),
    )


@pytest.fixture
def graph_service(graph_settings: Settings, model_server: object) -> Iterator[TestClient]:
    with TestClient(create_app(graph_settings)) as client:
        yield client


@pytest.fixture
def live_graphs(graph_settings: Settings, model_server: object) -> Iterator[LiveServer]:
    with serve(create_app(graph_settings)) as server:
        yield server
