"""What a node waits for or fails without: closed at first, opened by the test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_open: set[str] = set()


def is_open(name: str) -> bool:
    return name in _open


async def wait_unless_open(name: str) -> None:
    """Return at once if the gate is open; otherwise wait to be cancelled."""
    if not is_open(name):
        await asyncio.Event().wait()


@contextmanager
def opened_gate(name: str) -> Iterator[None]:
    _open.add(name)
    try:
        yield
    finally:
        _open.discard(name)
