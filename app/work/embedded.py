"""Work within one process: a heap of what waits, and calls once a transaction is committed."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, or_

from app.logs import log_crash
from app.storage.after_commit import after_commit
from app.storage.tables import runs
from app.work.slots import Slots, Turn
from app.work.work import Execute, News, OnNews, Queued

_LONGEST_TIMER_SECONDS = 3600
"""The clock may be set meanwhile: a row that waits for a later moment is looked at again."""


class EmbeddedWork:
    """For the one process that serves a database: nobody else executes its rows."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._loop = asyncio.get_running_loop()
        self._holder_id = secrets.randbits(62)
        self._listeners: list[OnNews] = []
        self._execute: Execute | None = None
        self._known: dict[str, Queued | None] = {}
        """Runs that wait here or are executed, each with how it was passed on meanwhile: it is
        looked at again then, since others may have held it."""

        self._turns: dict[str, Turn] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def holder_id(self) -> int:
        return self._holder_id

    def enqueue(self, connection: Connection, queued: Sequence[Queued]) -> None:
        if queued:
            self._do_after(connection, partial(self._add, queued))

    def notify(self, connection: Connection, news: News) -> None:
        self._do_after(connection, partial(self._tell, news))

    @contextmanager
    def subscribe(self, on_news: OnNews) -> Iterator[None]:
        self._listeners.append(on_news)
        try:
            yield
        finally:
            self._listeners.remove(on_news)

    @asynccontextmanager
    async def execute(self, execute: Execute) -> AsyncIterator[None]:
        self._execute = execute
        try:
            yield
        finally:
            self._execute = None
            for turn in self._turns.values():
                turn.is_withdrawn = True
            for timer in self._timers.values():
                timer.cancel()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    def holder_is_gone(self) -> ColumnElement[bool]:
        return or_(runs.c.holder.is_(None), runs.c.holder != self._holder_id)

    def _do_after(self, connection: Connection, act: partial[None]) -> None:
        after_commit(connection, partial(self._call_soon, act))

    def _call_soon(self, act: partial[None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def _tell(self, news: News) -> None:
        if news.what == "over":
            self._forget(news.run_id)
        for on_news in list(self._listeners):
            on_news(news)

    def _add(self, queued: Sequence[Queued]) -> None:
        """Let runs wait for their turn; nothing is lost without: their rows stay."""
        if self._execute is None:
            return
        for one in queued:
            if one.run_id in self._known:
                self._known[one.run_id] = one
            else:
                self._known[one.run_id] = None
                self._wait(one)

    def _wait(self, queued: Queued, tag: float | None = None) -> None:
        seconds = _seconds_until(queued.not_before)
        if seconds > 0:
            timer = partial(self._wait_again, queued, tag)
            self._timers[queued.run_id] = self._loop.call_later(
                min(seconds, _LONGEST_TIMER_SECONDS), timer
            )
            return
        tag = self._slots.tag(queued.owner) if tag is None else tag
        turn = Turn(queued.owner, queued.graph_id, tag, lambda: None)
        turn.begin = partial(self._begin, queued, turn)
        self._turns[queued.run_id] = turn
        self._slots.wait(turn)

    def _wait_again(self, queued: Queued, tag: float | None) -> None:
        del self._timers[queued.run_id]
        self._wait(queued, tag)

    def _forget(self, run_id: str) -> None:
        """Let a run wait no more that is over without having begun here."""
        timer, turn = self._timers.pop(run_id, None), self._turns.pop(run_id, None)
        if timer is not None:
            timer.cancel()
        if turn is not None:
            turn.is_withdrawn = True
        if timer is not None or turn is not None:
            del self._known[run_id]

    def _begin(self, queued: Queued, turn: Turn) -> None:
        del self._turns[queued.run_id]
        task = self._loop.create_task(self._work(queued, turn), name=f"queued-{queued.run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(log_crash)

    async def _work(self, queued: Queued, turn: Turn) -> None:
        left: Queued | None = None
        try:
            if self._execute is not None:
                left = await self._execute(queued)
        finally:
            self._slots.leave(turn)
            again = left or self._known[queued.run_id]
            if again is None or self._execute is None:
                del self._known[queued.run_id]
            else:
                self._known[queued.run_id] = None
                self._wait(again, turn.tag)


def _seconds_until(moment: datetime | None) -> float:
    return 0.0 if moment is None else (moment - datetime.now(UTC)).total_seconds()
