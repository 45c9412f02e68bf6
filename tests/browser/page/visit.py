"""One visit to the page in Chromium: what it shows, and what it must never do meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FrameLocator,
    Locator,
    Page,
    Request,
    expect,
)

PATIENCE_MS = 60_000
"""Only a test that fails waits so long."""

expect.set_options(timeout=PATIENCE_MS)

OF_THE_NETWORK = "Failed to load resource"
"""What Chromium itself says of an answer like 401; a test of one expects it."""

KEY = "k3y-" + "k" * 24

OVER = ("success", "degraded", "error", "timeout", "cancelled", "interrupted")


@dataclass
class Visit:
    """The page, and what was heard from it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def go(self, place: str = "#/") -> None:
        """Open an address, as typed into the address bar."""
        self.page.goto(f"{self.url}/{place}")
        expect(self.page.locator("#main > *").first).to_be_visible()

    @property
    def run_id(self) -> str:
        return str(self.page.url).rpartition("/")[2]

    def give(self, key: str) -> None:
        """Type a key into the dialog that asks for one."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("API key or token").fill(key)
        dialog.get_by_role("button", name="Use it").click()

    def start(self, graph_id: str, **fields: str) -> None:
        """Run a graph from its form, as filled in but for what is given; its run is shown."""
        self.go(f"#/graphs/{graph_id}")
        for label, text in fields.items():
            self.page.get_by_label(label, exact=False).first.fill(text)
        self.page.get_by_role("button", name="Run Ctrl").click()
        self.page.wait_for_url("**/#/runs/*", timeout=PATIENCE_MS)
        expect(self.status).to_be_visible()

    @property
    def status(self) -> Locator:
        return self.page.locator(".head .chip.st")

    def ends(self, status: str) -> None:
        expect(self.status).to_have_text(status)

    def row(self, row_id: str) -> Locator:
        return self.page.locator(f".line[data-id='{row_id}']")

    def row_is(self, row_id: str, status: str) -> None:
        expect(self.row(row_id)).to_have_attribute("data-s", status)

    def rows(self) -> list[str]:
        """Return the ids of the timeline's rows, from top to bottom."""
        lines = self.page.locator(".line").all()
        return [str(line.get_attribute("data-id")) for line in lines]

    def figure(self, path: str) -> Locator:
        return self.page.locator(f".figure[data-path='{path}']")

    @property
    def mail(self) -> FrameLocator:
        """HTML that a graph made, in its frame within a frame."""
        return self.page.frame_locator("iframe.mail").frame_locator("iframe")

    def hear(self, message: ConsoleMessage) -> None:
        """Collect what the browser complains of; a sandboxed frame says what it refuses."""
        place = message.location["url"]
        is_of_a_frame = "sandboxed" in message.text or place.endswith(
            ("about:srcdoc", "/mail.html")
        )
        is_expected = OF_THE_NETWORK in message.text or is_of_a_frame
        if message.type in ("error", "warning") and not is_expected:
            self.complaints.append(message.text)

    def outside(self) -> list[str]:
        """Return the addresses of other origins that were requested."""
        own = (f"{self.url}/", "data:", f"blob:{self.url}")
        return [one.url for one in self.requests if not one.url.startswith(own)]


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Open a tab of its own, and require at its end that it was well-behaved."""
    context = browser.new_context(**{"locale": "en-GB", **options})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    visit = Visit(page, url)
    page.on("console", visit.hear)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    context.on("request", lambda request: visit.requests.append(request))
    try:
        yield visit
        assert visit.complaints == []
        assert visit.outside() == []
    finally:
        context.close()
