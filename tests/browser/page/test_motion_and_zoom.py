"""The page for people who want less motion, and for those who enlarge it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.app.at_work import holding
from tests.browser.page.test_access import places_of
from tests.browser.page.visit import Visit, visiting
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser

MOVING = """[...document.getAnimations()].map((one) =>
  `${one.animationName ?? one.transitionProperty} of ${one.effect.target.className}`)"""

HALF = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
"""What 1280 by 800 pixels show at a zoom of 200 %."""

LARGE_TEXT = "body { font-size: 28px } body * { font-size: 1em; line-height: 1.4 }"
"""Twice the size of the page's own text, which WCAG 1.4.4 requires of every page."""


def moving_in_mid_run(browser: Browser, service: LiveServer, **options: Any) -> list[str]:
    """Return what moves while a branch is at work."""
    with (
        visiting(browser, service.url, bypass_csp=True, **options) as visit,
        holding("wide:part_007") as let_go,
        holding("flaky:moves") as let_go_too,
    ):
        visit.start("wide")
        visit.row_is("part_007", "running")
        moving: list[str] = visit.page.evaluate(MOVING)
        let_go()
        let_go_too()
        visit.ends("degraded")
        return moving


def test_everything_at_work_moves_and_nothing_does_with_reduced_motion(
    browser: Browser, service: LiveServer
) -> None:
    moving = moving_in_mid_run(browser, service)
    still = moving_in_mid_run(browser, service, reduced_motion="reduce")

    names = {one.partition(" of ")[0] for one in moving}
    assert {"spin", "shine", "march"} <= names
    assert still == []


def require_reachable(visit: Visit, controls: Locator) -> None:
    """Require that a control can be scrolled to, and that nothing covers it there."""
    for control in controls.all():
        if control.is_visible():
            control.click(trial=True)


def too_wide(visit: Visit) -> bool:
    return bool(visit.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("enlarged", ["everything", "text"])
def test_at_200_percent_no_page_scrolls_sideways_and_every_control_is_reachable(
    browser: Browser, service: LiveServer, enlarged: str
) -> None:
    options = HALF if enlarged == "everything" else {"viewport": {"width": 1280, "height": 800}}
    with visiting(browser, service.url, bypass_csp=True, **options) as visit:
        for place in places_of(service.url):
            visit.go(place)
            if enlarged == "text":
                visit.page.add_style_tag(content=LARGE_TEXT)
            controls = visit.page.locator(
                "header a, header button, main button, main input, main select, main textarea"
            )

            assert not too_wide(visit), place
            require_reachable(visit, controls)
        expect(visit.page.locator("main")).to_be_visible()
