"""Waiting for what another thread or process does, for as long as a busy machine may need."""

import time
from collections.abc import Callable

SECONDS = 120
"""Only a test that fails waits so long."""


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return as soon as it is so; fail, naming what was waited for, when it never is."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, f"waited {SECONDS} seconds for {what}"
        time.sleep(0.005)
