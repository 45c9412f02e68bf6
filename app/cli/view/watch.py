"""Follow a run's events: a moving picture on a terminal, lines in a pipe or a file."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from app.cli.client import Event
from app.cli.view.live import RunView
from app.cli.view.measures import as_time, one_line

_SECONDS_PER_FRAME = 0.1


async def watch(view: RunView, events: AsyncIterator[Event], console: Console) -> None:
    """Feed the view until the events end and leave its last state on the console."""
    if console.is_terminal and not console.is_dumb_terminal:
        await _draw(view, events, console)
    else:
        await _tell(view, events, console)


async def _draw(view: RunView, events: AsyncIterator[Event], console: Console) -> None:
    with Live(view, console=console, auto_refresh=False) as live, _logs_above_the_picture():
        frames = asyncio.create_task(_refresh(live))
        try:
            async for event in events:
                view.handle(*event)
        finally:
            frames.cancel()


async def _refresh(live: Live) -> None:
    while True:
        live.refresh()
        await asyncio.sleep(_SECONDS_PER_FRAME)


async def _tell(view: RunView, events: AsyncIterator[Event], console: Console) -> None:
    async for event in events:
        view.handle(*event)
        if line := _line(event):
            console.print(line, soft_wrap=True)
    console.print()
    console.print(view)


def _line(event: Event) -> str | None:
    data = event.data
    match event.name:
        case "branch_started" | "join_started":
            return f"{_clock(data.get('started_ms'))}  {one_line(data['id'])} started"
        case "branch_attempt":
            error = data.get("error") or {}
            after = f" after {one_line(error['type'])}" if error.get("type") else ""
            number = data.get("attempt")
            return (
                f"{_clock(data.get('started_ms'))}  {one_line(data['id'])} attempt {number}{after}"
            )
        case "branch_finished" | "join_finished":
            start_ms, took = data.get("started_ms") or 0.0, data.get("duration_ms") or 0.0
            status = data.get("status")
            return (
                f"{_clock(start_ms + took)}  {one_line(data['id'])} {status}, took {as_time(took)}"
            )
        case _:
            return None


def _clock(milliseconds: float | None) -> str:
    return f"{as_time(milliseconds or 0.0):>8}"


@contextmanager
def _logs_above_the_picture() -> Iterator[None]:
    """Log lines that would tear the picture go through the stderr that it has put in place."""
    handlers = [
        (handler, handler.stream)
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream.isatty()
    ]
    for handler, _ in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler, stream in handlers:
            handler.setStream(stream)
