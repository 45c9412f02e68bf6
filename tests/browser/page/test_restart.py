"""The service is killed under the page, and starts again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.settings import Settings
from tests.browser.page.visit import visiting
from tests.e2e.killed_service import KilledService
from tests.patience import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def killed(settings: Settings) -> Iterator[KilledService]:
    service = KilledService(settings)
    service.start()
    try:
        yield service
    finally:
        service.kill()


def test_a_run_survives_kill_9_on_the_page_and_shows_every_row_once(
    browser: Browser, killed: KilledService
) -> None:
    with visiting(browser, killed.url) as visit:
        visit.start("enduring", Name="one")
        wait_until(lambda: killed.count_starts() >= 2, "the start of the branches")

        killed.kill()
        expect(visit.page.locator(".banner[data-s=queued]")).to_contain_text("Reconnecting")
        killed.start()
        killed.let_go()

        visit.ends("success")
        rows = visit.rows()
        assert len(rows) == len(set(rows))
        visit.complaints.clear()  # Chromium says that nobody answered


def test_a_page_of_a_service_that_is_away_says_so_and_comes_back(
    browser: Browser, killed: KilledService
) -> None:
    with visiting(browser, killed.url) as visit:
        visit.go()
        killed.kill()

        visit.page.get_by_role("link", name="Runs").click()

        expect(visit.page.get_by_role("heading", name="The service is away")).to_be_visible()
        killed.start()
        expect(visit.page.get_by_role("heading", name="Runs")).to_be_visible()
        visit.complaints.clear()
