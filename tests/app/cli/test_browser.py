"""`--open`: the page in the browser that the machine names."""

import os
import subprocess
import sys

from tests.machine import ROOT

PROGRAM = "from app.cli.browser import open_page; open_page('http://127.0.0.1:8000/').join()"


def open_with(browser: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "BROWSER": browser},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_the_browser_of_the_machine_gets_the_address() -> None:
    assert open_with("/bin/echo opened %s").stdout == "opened http://127.0.0.1:8000/\n"


def test_a_machine_without_a_browser_is_told_the_address() -> None:
    assert "open http://127.0.0.1:8000/ yourself" in open_with("/bin/false %s").stderr
