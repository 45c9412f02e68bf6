"""HTML that a graph made: it is shown as it looks, and runs and requests nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page.visit import KEY, Visit, visiting
from tests.live_server import LiveServer
from tests.relay import Relay

pytestmark = pytest.mark.browser

REQUESTS = (
    "<meta http-equiv='refresh' content='0;url={0}refresh'>",
    "<link rel='stylesheet' href='{0}sheet'><link rel='prefetch' href='{0}prefetch'>",
    "<style>@import url({0}import); @font-face {{ font-family: x; src: url({0}font) }}</style>",
    "<style>body {{ background: url({0}ground); font-family: x }}</style>",
    "<p style='background: url({0}style)'>styled</p>",
    "<img src='{0}img'><img srcset='{0}srcset 1x'>",
    "<video poster='{0}poster' src='{0}video'></video>",
    "<audio src='{0}audio' autoplay></audio><svg><image href='{0}image'/></svg>",
    "<iframe src='{0}iframe'></iframe><object data='{0}object'></object><embed src='{0}embed'>",
    "<script src='{0}script'></script><img src='data:,' onerror=\"fetch('{0}handler')\">",
    "<script>fetch('{0}inline'); parent.parent.document.title = 'ran'</script>",
    "<form action='{0}form'><button autofocus onfocus='this.form.submit()'>send</button></form>",
    "<svg onload=\"top.location = '{0}top'\"></svg><base href='{0}base/'>",
)
"""Whatever could load something, or run something that does."""

LOOKS = "<p id='looks' style='color: rgb(1, 2, 3)'>the looks</p>"


@contextmanager
def shown(browser: Browser, service: LiveServer, html: str) -> Iterator[Visit]:
    """Open a run whose answer has this HTML, at a service behind a key."""
    body = {"input": {"text": "words", "html": html}}
    headers = {"x-api-key": KEY}
    made = httpx2.post(f"{service.url}/graphs/hostile/invoke", json=body, headers=headers)
    with visiting(browser, service.url) as visit:
        visit.page.goto(f"{visit.url}/#/runs/{made.json()['run_id']}")
        visit.give(KEY)
        expect(visit.mail.get_by_text("the mail")).to_be_attached()
        yield visit


def test_html_is_shown_as_it_looks_behind_a_key(browser: Browser, locked: LiveServer) -> None:
    with shown(browser, locked, LOOKS) as visit:
        looks = visit.mail.locator("#looks")

        expect(looks).to_be_visible()
        expect(looks).to_have_css("color", "rgb(1, 2, 3)")
        assert [one.url for one in visit.requests if KEY in one.url] == []


@pytest.mark.parametrize("where", ["outside", "at the service"])
def test_html_behind_a_key_runs_nothing_and_requests_nothing(
    browser: Browser, locked: LiveServer, where: str
) -> None:
    outside = Relay(locked.listener.getsockname()[1])  # an origin of its own, which answers
    url = f"{outside.url}/stolen/" if where == "outside" else "/stolen/"
    html = "".join(REQUESTS).format(url)
    try:
        with shown(browser, locked, html + LOOKS) as visit:
            expect(visit.mail.locator("#looks")).to_be_visible()
            visit.page.reload()
            expect(visit.mail.locator("#looks")).to_be_visible()

            assert "ran" not in visit.page.title()
            assert visit.page.url.startswith(f"{locked.url}/#/runs/")
            answered = [
                one.url for one in visit.requests if "/stolen/" in one.url and one.response()
            ]
            assert answered == []
            visit.requests.clear()  # Chromium lists what the policy refused, too,
            visit.complaints.clear()  # and says so
        assert outside.connections == 0
    finally:
        outside.close()
