"""What leaves the browser, and what stays in it."""

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page.visit import KEY, Visit, visiting
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser


def test_every_page_asks_its_own_origin_alone_and_breaks_no_policy(visit: Visit) -> None:
    visit.start("flaky", Name="privacy")
    visit.ends("error")
    for place in ("#/", "#/graphs/wide", "#/runs", "#/statistics/flaky", "#/nowhere"):
        visit.go(place)

    assert visit.outside() == []
    assert visit.complaints == []


def test_the_key_is_requested_once_and_is_nowhere_but_in_the_session(
    browser: Browser, locked: LiveServer
) -> None:
    with visiting(browser, locked.url) as visit:
        page = visit.page
        page.goto(f"{visit.url}/#/graphs/strict")
        expect(page.get_by_role("dialog")).to_have_count(1)
        visit.give(KEY)
        expect(page.get_by_role("dialog")).to_have_count(0)

        page.get_by_role("button", name="Run Ctrl").click()
        visit.ends("success")
        page.reload()
        visit.ends("success")

        stored = page.context.storage_state()
        assert KEY not in str(stored)  # neither in localStorage nor in a cookie
        assert [one.url for one in visit.requests if KEY in one.url] == []
        assert KEY not in page.content()


def test_a_wrong_key_is_refused_in_words_and_requested_again(
    browser: Browser, locked: LiveServer
) -> None:
    with visiting(browser, locked.url) as visit:
        visit.page.goto(visit.url)
        visit.give("wrong-key-that-nobody-has")
        dialog = visit.page.get_by_role("dialog")
        expect(dialog).to_contain_text("that one is wrong")
        visit.give(KEY)

        expect(visit.page.get_by_role("heading", name="Graphs")).to_be_visible()


def test_without_a_key_the_page_says_what_it_needs(browser: Browser, locked: LiveServer) -> None:
    with visiting(browser, locked.url) as visit:
        visit.page.goto(visit.url)
        visit.page.get_by_role("dialog").get_by_role("button", name="Close").click()

        expect(visit.page.get_by_role("heading", name="An API key is needed")).to_be_visible()
        visit.page.get_by_role("button", name="Enter a key").click()
        visit.give(KEY)
        expect(visit.page.get_by_role("heading", name="Graphs")).to_be_visible()


def test_a_copied_command_names_the_key_and_does_not_hold_it(
    browser: Browser, locked: LiveServer
) -> None:
    with visiting(browser, locked.url, permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.goto(f"{visit.url}/#/graphs/strict")
        visit.give(KEY)
        visit.page.get_by_role("button", name="curl").click()
        expect(visit.page.locator("#said")).to_contain_text("copied")
        words = visit.page.get_by_label("Words")
        words.press("ControlOrMeta+a")
        words.press("ControlOrMeta+v")

        assert "$FANJOIN_API_KEY" in words.input_value()
        assert KEY not in words.input_value()


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "Too many runs at once"), (503, "The service cannot answer now")],
)
def test_a_refusal_says_why_and_when_to_try_again(visit: Visit, status: int, words: str) -> None:
    problem = {"title": "No", "detail": "the reason", "status": status}
    visit.page.route(
        "**/runs/search",
        lambda route: route.fulfill(status=status, json=problem, headers={"Retry-After": "7"}),
    )

    visit.go("#/runs")

    expect(visit.page.get_by_role("heading", name=words)).to_be_visible()
    expect(visit.page.locator(".empty")).to_contain_text("the reason Try again in 7 seconds.")
    visit.page.unroute("**/runs/search")
    visit.page.get_by_role("button", name="Try again").click()
    expect(visit.page.get_by_role("heading", name="Runs")).to_be_visible()


def test_a_form_says_when_to_send_a_run_again_and_keeps_its_text(visit: Visit) -> None:
    visit.page.route(
        "**/graphs/strict/runs",
        lambda route: route.fulfill(
            status=429, json={"detail": "64 runs are at work"}, headers={"Retry-After": "2"}
        ),
    )
    visit.go("#/graphs/strict")
    visit.page.get_by_label("Words").fill("spring tide")

    visit.page.get_by_role("button", name="Run Ctrl").click()

    expect(visit.page.get_by_role("alert")).to_contain_text("Try again in 2 seconds")
    expect(visit.page.get_by_label("Words")).to_have_value("spring tide")


def test_a_run_that_is_not_there_gets_words_and_a_way_back(visit: Visit) -> None:
    visit.go("#/runs/01a23103d1f577f5b394994cc89bd000")

    expect(visit.page.get_by_role("heading", name="It is not here")).to_be_visible()
    visit.page.get_by_role("link", name="All graphs", exact=True).click()
    expect(visit.page.get_by_role("heading", name="Graphs")).to_be_visible()


def test_an_address_that_is_shared_shows_the_same_filters(visit: Visit) -> None:
    httpx2.post(
        f"{visit.url}/graphs/line/invoke",
        json={"input": {"number": 1}, "metadata": {"team": "sea"}},
    )
    httpx2.post(f"{visit.url}/graphs/line/invoke", json={"input": {"number": 1}})
    visit.go("#/runs?graph=line&label=team%3Dsea")

    expect(visit.page.locator("tbody tr")).to_have_count(1)
    expect(visit.page.get_by_label("Label")).to_have_value("team=sea")
    visit.page.get_by_label("Label").fill("")
    visit.page.get_by_label("Label").press("Enter")
    expect(visit.page.locator("tbody tr")).to_have_count(2)
    visit.page.go_back()
    expect(visit.page.locator("tbody tr")).to_have_count(1)
