import gc
import logging
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import fastapi._compat.v2
import fastapi.dependencies.models
import pytest
from fastapi.testclient import TestClient

from app.logs import CHATTY
from app.main import create_app
from app.settings import Settings
from tests.embedded_model import answer_of, embedded_service
from tests.live_server import LiveServer, serve
from tests.machine import NO_SOURCES, NOBODY, OF_THE_MACHINE, ROOT
from tests.misbehaving_server import misbehaving_server, running_misbehaving_server
from tests.postgres import (
    database_url,
    own_postgres_server,
    postgres_server,
    postgres_url,
    stored_settings,
)

__all__ = [
    "NOBODY",
    "NO_SOURCES",
    "OF_THE_MACHINE",
    "ROOT",
    "answer_of",
    "database_url",
    "embedded_service",
    "misbehaving_server",
    "own_postgres_server",
    "postgres_server",
    "postgres_url",
    "running_misbehaving_server",
    "stored_settings",
]

pytest_plugins = ["tests.plugin"]

SERVED_GRAPHS = ROOT / "tests" / "app" / "served_graphs" / "langgraph.json"
OWN_GRAPHS = ROOT / "tests" / "own_graphs" / "langgraph.json"


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


_OF_FASTAPI = [
    cached
    for module in (fastapi.dependencies.models, fastapi._compat.v2)
    for cached in vars(module).values()
    if hasattr(cached, "cache_clear")
]


@pytest.fixture(autouse=True)
def no_logger_stays_quiet() -> Iterator[None]:
    """Undo what a command sets for its process: here it would hide the log from later tests."""
    yield
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def no_app_outlives_its_test() -> Iterator[None]:
    """Let go of the endpoints that FastAPI caches: each keeps its app, some 10 MB, with it."""
    yield
    for cached in _OF_FASTAPI:
        cached.cache_clear()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The service over the graphs that tests break on purpose, with no model of its own."""
    return settings_in(tmp_path)


def settings_in(folder: Path, **more: Any) -> Settings:
    return Settings(
        _env_file=None,
        graphs_file=SERVED_GRAPHS,
        data_dir=folder / "data",
        local_model="off",
        allowed_hosts=("here", "testserver"),
        **more,
    )


class _OwnerByHeader:
    """Lets everybody in, as the owner that a header names."""

    async def authenticate(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> str:
        return headers.get("x-test-owner", "nobody")


@pytest.fixture(scope="session")
def shared_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = settings_in(tmp_path_factory.mktemp("shared"), sign_in="own")
    with TestClient(create_app(settings, authenticator=_OwnerByHeader())) as client:
        yield client


@pytest.fixture
def client(shared_client: TestClient) -> Iterator[TestClient]:
    """One service for all tests, since its start takes half a second: each is an owner of its own,
    who sees no run and no thread of another.

    A test that needs settings, files or figures of its own takes `fresh_client`.
    """
    shared_client.headers["x-test-owner"] = uuid4().hex
    yield shared_client
    for status in ("pending", "running"):
        for run in shared_client.post("/runs/search", json={"status": status}).json():
            shared_client.post(f"/runs/{run['run_id']}/cancel")


@pytest.fixture
def fresh_client(settings: Settings) -> Iterator[TestClient]:
    """A service that has served nobody before."""
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """The service behind a real uvicorn on loopback."""
    with serve(create_app(settings)) as server:
        yield server
