"""Following a run on a terminal and in a pipe."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from io import StringIO

import pytest
from rich.console import Console

from app.cli.client import Event
from app.cli.errors import NoService
from app.cli.view.live import RunView
from app.cli.view.watch import watch
from tests.app.cli.events import Script, successful_run
from tests.patience import SECONDS

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Terminal(StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


async def events(script: Script) -> AsyncIterator[Event]:
    for name, data in script:
        yield Event(name, data)


async def events_between_frames(script: Script, drawn_on: StringIO) -> AsyncIterator[Event]:
    """Let a branch finish only after another frame has been drawn."""
    async for event in events(script):
        if event.name == "branch_finished":
            before = drawn_on.tell()
            async with asyncio.timeout(SECONDS):
                while drawn_on.tell() == before:  # noqa: ASYNC110 - a file says nothing
                    await asyncio.sleep(0.01)
        yield event


async def breaking(script: Script) -> AsyncIterator[Event]:
    async for event in events(script):
        yield event
    raise NoService("gone")


def on_terminal(file: StringIO) -> Console:
    return Console(file=file, force_terminal=True, width=80, height=30)


def test_terminal_gets_a_moving_picture_and_its_cursor_back() -> None:
    file = Terminal()

    asyncio.run(
        watch(RunView("g"), events_between_frames(successful_run(), file), on_terminal(file))
    )

    written = file.getvalue()
    assert written.count("side by side") > 2
    assert written.index(HIDE_CURSOR) < written.rindex(SHOW_CURSOR)
    assert "done in 8.7 s" in written


def test_pipe_gets_a_line_per_event_and_the_last_picture_once() -> None:
    file = StringIO()

    asyncio.run(watch(RunView("g"), events(successful_run()), Console(file=file, width=80)))

    written = file.getvalue()
    assert "\x1b" not in written
    assert written.index("summary started") < written.index("summary ok, took 4.2 s")
    assert written.count("done in 8.7 s") == 1


def test_broken_stream_leaves_what_was_seen_and_the_cursor() -> None:
    file = Terminal()

    with pytest.raises(NoService):
        asyncio.run(watch(RunView("g"), breaking(successful_run()[:7]), on_terminal(file)))

    assert "key_terms" in file.getvalue()
    assert file.getvalue().rstrip().endswith(SHOW_CURSOR)


def test_log_lines_are_printed_above_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    file, stderr = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    handler = logging.StreamHandler(stderr)
    logging.getLogger().addHandler(handler)

    async def logging_events() -> AsyncIterator[Event]:
        async for event in events(successful_run()):
            logging.getLogger("app").warning("a branch failed")
            yield event

    try:
        asyncio.run(watch(RunView("g"), logging_events(), on_terminal(file)))
    finally:
        logging.getLogger().removeHandler(handler)

    assert "a branch failed" in file.getvalue()
    assert stderr.getvalue() == ""
    assert handler.stream is stderr
