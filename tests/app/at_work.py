"""The branches at work in this process, so that a test can see that they began and ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_BEGAN: set[str] = set()
_RUNNING: set[str] = set()


@contextmanager
def at_work(who: str) -> Iterator[None]:
    _BEGAN.add(who)
    _RUNNING.add(who)
    try:
        yield
    finally:
        _RUNNING.discard(who)


def assert_begins(who: str) -> None:
    _assert_soon(lambda: who in _BEGAN, f"{who} did not begin")


def assert_ends(who: str) -> None:
    assert_begins(who)
    _assert_soon(lambda: who not in _RUNNING, f"{who} still runs")


def _assert_soon(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)
