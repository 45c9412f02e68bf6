"""Chromium without a window, as a child process per page: what a page becomes when it is opened."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_SECONDS = 120


def find_chromium() -> str | None:
    """Return Debian's Chromium, or whichever there is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Chromium:
    """Opens pages; `profile` is a folder of its own."""

    program: str
    profile: Path

    def dom(self, page: Path, *, width: int = 800) -> str:
        """Return the page's HTML after everything in it has been loaded and run."""
        return self._open(page, f"--window-size={width},1000", "--dump-dom")

    def screenshot(self, page: Path, *, width: int = 800) -> Path:
        """Return a PNG of the page's first thousand pixels."""
        picture = page.with_suffix(".png")
        self._open(page, f"--window-size={width},1000", f"--screenshot={picture}")
        return picture

    @contextmanager
    def browsing(self, address: str) -> Iterator[None]:
        """Keep a page open until the block ends."""
        options = (f"--user-data-dir={self.profile}", "--remote-debugging-port=0", address)
        browser = subprocess.Popen(
            [self.program, *QUIET, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(_SECONDS)

    def _open(self, page: Path, *options: str) -> str:
        command = [self.program, *QUIET, f"--user-data-dir={self.profile}", *options]
        opened = subprocess.run(
            [*command, page.as_uri()], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        return opened.stdout
