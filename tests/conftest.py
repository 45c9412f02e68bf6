import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.live_server import LiveServer, serve
from tests.misbehaving_server import misbehaving_server, running_misbehaving_server
from tests.model_server import model_server, running_model_server
from tests.postgres import (
    database_url,
    own_postgres_server,
    postgres_server,
    postgres_url,
    stored_settings,
)
from tests.source_server import SOURCES, running_source_server, source_server

__all__ = [
    "database_url",
    "misbehaving_server",
    "model_server",
    "own_postgres_server",
    "postgres_server",
    "postgres_url",
    "running_misbehaving_server",
    "running_model_server",
    "running_source_server",
    "source_server",
    "stored_settings",
]

ROOT = Path(__file__).parent.parent
SERVED_GRAPHS = Path(__file__).parent / "app" / "served_graphs" / "langgraph.json"


_SERVERS = {"postgres_server", "postgres_url", "own_postgres_server"}


def pytest_configure() -> None:
    """Undo what a shell does for background jobs: their children would ignore a Ctrl-C, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Mark what needs a PostgreSQL, whose start alone takes seconds."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        is_on_postgres = "postgres" in parameters.values()
        if is_on_postgres or _SERVERS & set(item.fixturenames):
            item.add_marker("postgres")


def pytest_collection_finish() -> None:
    """Leave what is loaded alone: each of hundreds of tests starts a service, with much garbage."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


OF_THE_MACHINE = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "FANJOIN_MODEL",
    "FANJOIN_GRAPHS_FILE",
    "FANJOIN_SECRETS_DIR",
    "TAVILY_API_KEY",
    "BRAVE_SEARCH_API_KEY",
    "DUFFEL_ACCESS_TOKEN",
    "LITEAPI_API_KEY",
    "TICKETMASTER_API_KEY",
    "OPEN_METEO_API_KEY",
    "FANJOIN_GUEST_NATIONALITY",
    "FANJOIN_IMAGE_MODEL",
    "FANJOIN_VISION_MODEL",
    "FANJOIN_CONTENT_DATABASE_URL",
    "FANJOIN_MODERATION_MODEL",
)
NOBODY = "http://127.0.0.1:9"
"""Port 9 is for what is discarded; nothing listens there."""

NO_SOURCES = {f"FANJOIN_{name}_URL": NOBODY for name in SOURCES}


@pytest.fixture(autouse=True)
def nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the operator's keys, settings and documents, and the world, out of every test."""
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
    for name, nobody in NO_SOURCES.items():
        monkeypatch.setenv(name, nobody)
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The service over the graphs that tests break on purpose, with no model of its own."""
    return Settings(
        _env_file=None,
        graphs_file=SERVED_GRAPHS,
        data_dir=tmp_path / "data",
        local_model="off",
        allowed_hosts=("here", "testserver"),
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """The service behind a real uvicorn on loopback."""
    with serve(create_app(settings)) as server:
        yield server
