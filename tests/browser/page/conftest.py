"""One Chromium and one service for the tests of a module."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.main import create_app
from app.settings import Settings
from tests.browser.chromium import find_chromium
from tests.conftest import SERVED_GRAPHS
from tests.live_server import LiveServer, serve
from tests.machine import ROOT

if find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py"]  # `make test-browser` installs it
else:
    from playwright.sync_api import Browser, sync_playwright

    from tests.browser.page.visit import KEY, Visit, visiting

CHROMIUM = find_chromium()

OWN_GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Playwright holds an event loop in this thread: no other fixture may start one meanwhile."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `make test-browser` gets one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def page_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The graphs that tests of the service break on purpose, and those of the page."""
    folder = tmp_path_factory.mktemp("page")
    graphs = {}
    for file in (SERVED_GRAPHS, OWN_GRAPHS):
        for name, entry in json.loads(file.read_text())["graphs"].items():
            graphs[name] = {**entry, "path": f"{file.parent}/{entry['path'].removeprefix('./')}"}
    registry = folder / "langgraph.json"
    registry.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
    return Settings(
        _env_file=None,
        graphs_file=registry,
        data_dir=folder / "data",
        local_model="off",
        max_body_bytes=8 * 1024 * 1024,
    )


@pytest.fixture(scope="module")
def service(page_settings: Settings) -> Iterator[LiveServer]:
    with serve(create_app(page_settings)) as server:
        yield server


@pytest.fixture(scope="module")
def locked(
    page_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """The same service behind a key."""
    folder = tmp_path_factory.mktemp("locked")
    changes = {"api_keys": (SecretStr(KEY),), "data_dir": folder}
    with serve(create_app(page_settings.model_copy(update=changes))) as server:
        yield server


@pytest.fixture
def visit(browser: "Browser", service: LiveServer) -> "Iterator[Visit]":
    with visiting(browser, service.url) as opened:
        yield opened
