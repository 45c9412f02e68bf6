"""The example of every shipped graph runs from its form."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.main import create_app
from app.settings import Settings
from tests.browser.page.visit import OVER, visiting
from tests.live_server import LiveServer, serve
from tests.machine import ROOT
from tests.model_server import ModelServer
from tests.shipped import SHIPPED, has_all_shipped_graphs
from tests.source_server import SourceServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not has_all_shipped_graphs(), reason="not all shipped graphs are here"),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = Settings(
        _env_file=None,
        graphs_file=ROOT / "langgraph.json",
        data_dir=Path(tmp_path_factory.mktemp("shipped")),
        local_model="off",
    )
    with serve(create_app(settings)) as server:
        yield server


@pytest.mark.parametrize("graph_id", sorted(SHIPPED))
def test_the_example_of_a_shipped_graph_runs_from_its_form(
    browser: Browser,
    shipped: LiveServer,
    model_server: ModelServer,
    source_server: SourceServer,
    graph_id: str,
) -> None:
    with visiting(browser, shipped.url) as visit:
        visit.start(graph_id)

        expect(
            visit.page.locator(".head .chip.st:not([data-s=running], [data-s=pending])")
        ).to_be_visible()
        status = visit.status.text_content()
        assert status in (OVER if graph_id != "two_reviewers" else ("interrupted",))
        assert status not in ("cancelled", "timeout")
        expect(visit.page.locator(".line[data-s=running]")).to_have_count(0)
        if status != "interrupted":
            expect(visit.page.locator(".out, .banner[data-s=error]").first).to_be_visible()


def test_html_that_a_graph_made_is_shown_in_a_sandbox(
    browser: Browser, shipped: LiveServer, model_server: ModelServer
) -> None:
    with visiting(browser, shipped.url) as visit:
        visit.start("campaign")

        frame = visit.page.frame_locator("iframe.mail").locator("iframe")
        expect(frame).to_have_attribute("sandbox", "")
        expect(visit.mail.locator("a.button, a").first).to_be_attached()
        expect(visit.page.get_by_role("img", name="Picture made by the graph")).to_be_visible()


def test_a_question_with_a_schema_gets_a_field_of_it(
    browser: Browser, shipped: LiveServer, model_server: ModelServer
) -> None:
    with visiting(browser, shipped.url) as visit:
        visit.start("two_reviewers")
        visit.ends("interrupted")

        visit.page.get_by_label("Your answer").select_option(label="reject")
        visit.page.get_by_role("button", name="Answer").click()

        visit.ends("success")
        expect(visit.page.get_by_label("Answer", exact=True)).to_contain_text("reject")
