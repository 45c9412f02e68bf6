"""A model's words on the page, as they are streamed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.main import create_app
from app.settings import Settings
from tests.browser.page.visit import visiting
from tests.live_server import LiveServer, serve
from tests.machine import ROOT
from tests.model_answers import Answer
from tests.model_server import ModelServer
from tests.shipped import has_all_shipped_graphs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not has_all_shipped_graphs(), reason="not all shipped graphs are here"),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = Settings(
        _env_file=None,
        graphs_file=ROOT / "langgraph.json",
        data_dir=Path(tmp_path_factory.mktemp("streaming")),
        local_model="off",
    )
    with serve(create_app(settings)) as server:
        yield server


def test_words_of_a_model_are_shown_while_it_writes_the_rest(
    browser: Browser, shipped: LiveServer, model_server: ModelServer
) -> None:
    rest = threading.Event()
    words = Answer(text="Tides rise and fall", rest_when=rest)
    model_server.answer(words, prompt="three short sentences")
    with visiting(browser, shipped.url) as visit:
        try:
            visit.start("topic_brief")

            tail = visit.row("summary").locator(".tail")
            expect(tail).to_have_text("Tides rise")
            visit.row_is("summary", "running")
        finally:
            rest.set()
        visit.ends("success")
        visit.row("summary").click()
        expect(visit.page.locator(".inside")).to_contain_text("Tides rise and fall")
