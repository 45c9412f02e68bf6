"""Work of a process that executes none: a command that reads rows, or asks to cancel one."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import ColumnElement, Connection, false

from app.work.work import Execute, News, OnNews, Queued


class IdleWork:
    """Rows stay as they are for the process that serves, which looks for them."""

    holder_id = 0

    def enqueue(self, connection: Connection, queued: Sequence[Queued]) -> None:
        """Leave them: their rows are stored."""

    def notify(self, connection: Connection, news: News) -> None:
        """Nobody listens here."""

    @contextmanager
    def subscribe(self, on_news: OnNews) -> Iterator[None]:
        yield

    @asynccontextmanager
    async def execute(self, execute: Execute) -> AsyncIterator[None]:
        yield

    def holder_is_gone(self) -> ColumnElement[bool]:
        return false()


IDLE = IdleWork()
