"""Between rows that wait and the processes that execute them: one interface, called by rows.

The row of a run is the truth. What is lost between it and this costs time, never a run.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True)
class Queued:
    """A run whose row waits to be claimed."""

    run_id: str
    owner: str
    graph_id: str
    attempt: int
    """How often it was claimed so far: once it was claimed again, this one is stale."""

    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a transaction changed in a run."""

    run_id: str
    what: Literal["over", "cancel"]


OnNews = Callable[[News], None]
"""Called in the event loop."""

Execute = Callable[[Queued], Awaitable[Queued | None]]
"""Claims a queued run and executes it. Returns None when nothing is left to do for it here, or the
run as it waits again."""


class Work(Protocol):
    """How rows reach a process that executes them, and news those who follow a run."""

    @property
    def holder_id(self) -> int:
        """This process, as the rows that it holds name it."""

    def enqueue(self, connection: Connection, queued: Sequence[Queued]) -> None:
        """Pass on rows that this transaction stores, or stops to hold back, once it commits."""

    def notify(self, connection: Connection, news: News) -> None:
        """Pass on what this transaction changes, once it commits."""

    def subscribe(self, on_news: OnNews) -> AbstractContextManager[None]:
        """Hear the news of all runs until the block ends."""

    def execute(self, execute: Execute) -> AbstractAsyncContextManager[None]:
        """Execute what is queued, each when it has a slot, until the block ends."""

    def holder_is_gone(self) -> ColumnElement[bool]:
        """A condition on `runs`: no living process holds the row."""
