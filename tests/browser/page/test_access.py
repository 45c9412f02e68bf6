"""The page without a mouse, without sight, in the dark, and on a phone."""

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.page.visit import Visit, visiting
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser

PLACES = ("#/", "#/graphs/strict", "#/runs", "#/statistics/scripted", "#/nowhere")


def run_of(url: str, graph_id: str, **input: str) -> str:
    answer = httpx2.post(f"{url}/graphs/{graph_id}/invoke", json={"input": input}, timeout=60)
    return str(answer.json()["run_id"])


def places_of(url: str) -> list[str]:
    """Return every page, and runs that ended in each way."""
    runs = [
        run_of(url, "scripted", name="axe"),
        run_of(url, "scripted", name="axe", may="fail"),
        run_of(url, "scripted", name="axe", must="fail"),
        run_of(url, "items"),
        run_of(url, "wide"),
    ]
    return [*PLACES, *(f"#/runs/{run_id}" for run_id in runs)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Browser, service: LiveServer, scheme: str) -> None:
    # The rules are a script of their own, which the page's policy would refuse.
    options = {"color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    violations = []
    with visiting(browser, service.url, **options) as visit:
        for place in places_of(service.url):
            visit.go(place)
            if place.startswith("#/runs/"):
                visit.page.locator(".line").first.click()
            for violation in Axe().run(visit.page).response["violations"]:
                nodes = [node["target"] for node in violation["nodes"][:3]]
                violations.append((place, violation["id"], nodes))

    assert violations == []


def test_a_question_passes_axe(browser: Browser, service: LiveServer) -> None:
    with visiting(browser, service.url, bypass_csp=True) as visit:
        visit.start("asks")
        visit.ends("interrupted")

        violations = Axe().run(visit.page).response["violations"]

        assert [violation["id"] for violation in violations] == []


def test_the_keyboard_alone_runs_a_graph_and_opens_a_row(visit: Visit) -> None:
    visit.go()
    keyboard = visit.page.keyboard
    visit.page.get_by_role("link", name="scripted").focus()
    keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", name="scripted")).to_be_focused()
    keyboard.press("/")
    expect(visit.page.locator("form select, form input, form textarea").first).to_be_visible()
    keyboard.press("ControlOrMeta+Enter")
    visit.page.wait_for_url("**/#/runs/*")
    visit.ends("success")

    first = visit.page.locator(".line").first
    for _ in range(60):
        keyboard.press("Tab")
        if first.evaluate_handle("node => node === document.activeElement").json_value():
            break
    expect(first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(visit.page.locator(".line").nth(1)).to_be_focused()
    keyboard.press("Enter")

    expect(visit.page.locator(".inside")).to_be_visible()
    keyboard.press("End")
    expect(visit.page.locator(".line").last).to_be_focused()
    keyboard.press("Home")
    expect(first).to_be_focused()


def test_single_keys_go_to_pages_and_are_text_in_a_field(visit: Visit) -> None:
    visit.go("#/graphs/strict")
    words = visit.page.get_by_label("Words")
    words.fill("")
    words.press("g")
    expect(words).to_have_value("g")
    words.blur()

    visit.page.keyboard.press("r")
    expect(visit.page.get_by_role("heading", name="Runs")).to_be_visible()
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_scrolls_sideways_on_a_phone(
    browser: Browser, service: LiveServer, width: int
) -> None:
    size = {"width": width, "height": 800}
    too_wide = []
    with visiting(browser, service.url, viewport=size, bypass_csp=True) as visit:
        for place in places_of(service.url):
            visit.go(place)
            wide = visit.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                too_wide.append((place, wide))

    assert too_wide == []


def test_light_dark_and_system_are_chosen_and_stay(browser: Browser, service: LiveServer) -> None:
    with visiting(browser, service.url, color_scheme="light") as visit:
        visit.go()
        theme, root = visit.page.locator("#theme"), visit.page.locator("html")
        theme.click()
        expect(root).to_have_attribute("data-theme", "light")
        theme.click()
        expect(root).to_have_attribute("data-theme", "dark")

        visit.page.reload()

        expect(root).to_have_attribute("data-theme", "dark")
        expect(visit.page.locator("body")).to_have_css("background-color", "rgb(12, 14, 19)")
        theme.click()
        expect(theme).to_have_text("System")


def test_the_end_of_a_run_is_announced_and_tokens_are_not(visit: Visit) -> None:
    visit.start("flaky", Name="announced")
    visit.ends("error")

    expect(visit.page.get_by_role("status").filter(has_text="flaky: error")).to_have_count(1)
