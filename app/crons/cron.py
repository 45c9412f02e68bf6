"""A cron as it is stored: which graph runs with which request, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

from app.crons.schedule import Schedule
from app.plain_json import clean_text
from app.storage.columns import json_text
from app.storage.stored_row import StoredRow, UnreadableRow


class Missed(StrEnum):
    """What happens where ticks passed without a run: the service was down, or the thread busy."""

    ONCE = "once"
    """The latest of them runs, late."""

    SKIP = "skip"
    """None of them runs; the next tick does."""


@dataclass(frozen=True)
class Cron:
    """A graph, a request, and the schedule by which runs of it start."""

    id: str
    owner: str
    graph_id: str
    schedule: str
    timezone: str
    request: Mapping[str, Any]
    """What `RunRequest.as_json` returned."""

    thread_id: str | None = None
    missed: Missed = Missed.ONCE
    is_paused: bool = False
    next_at: datetime | None = None
    """The first tick that has neither run nor been missed; None while there is none to come."""

    end_at: datetime | None = None
    """No tick after it runs."""

    last_tick_at: datetime | None = None
    last_run_id: str | None = None
    """The latest tick that ran, and its run."""

    problem: str | None = None
    """Why the latest tick did not run; None where it did."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Labels of the runs."""

    idempotency_key: str | None = None
    request_hash: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    unreadable: str | None = None
    """Why its row cannot be read; then the rest is what could be read of it."""

    @property
    def times(self) -> Schedule:
        return Schedule(self.schedule, self.timezone)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the tick that it waits for after a moment: None where it is paused, or over."""
        if self.is_paused:
            return None
        tick = self.times.next_after(moment)
        is_over = tick is not None and self.end_at is not None and tick > self.end_at
        return None if is_over else tick

    def next_ticks(self, moment: datetime, count: int) -> list[datetime]:
        """Return the next ticks, fewer where it is paused or ends."""
        if self.is_paused:
            return []
        ticks = self.times.next_ticks(moment, count)
        return [tick for tick in ticks if self.end_at is None or tick <= self.end_at]


def cron_row(cron: Cron) -> dict[str, Any]:
    """Return the row of a cron."""
    row = {name: value for name, value in vars(cron).items() if name != "unreadable"}
    texts = {"metadata": json_text(cron.metadata), "request": json_text(cron.request)}
    return {**row, **texts, "missed": str(cron.missed)}


def cron_from_row(row: RowMapping) -> Cron:
    """Read a row of `crons`; one that cannot be read says so in `unreadable`."""
    stored = StoredRow(row)
    try:
        return _read(stored)
    except UnreadableRow as error:
        epoch = datetime.fromtimestamp(0, UTC)
        return Cron(
            id=clean_text(str(row["id"])),
            owner=stored.or_else("", stored.text, "owner"),
            graph_id=stored.or_else("", stored.text, "graph_id"),
            schedule=stored.or_else("", stored.text, "schedule"),
            timezone=stored.or_else("", stored.text, "timezone"),
            request={},
            is_paused=True,
            created_at=stored.or_else(epoch, stored.moment, "created_at"),
            updated_at=stored.or_else(epoch, stored.moment, "updated_at"),
            unreadable=str(error),
        )


def _read(row: StoredRow) -> Cron:
    return Cron(
        id=row.text("id"),
        owner=row.text("owner"),
        graph_id=row.text("graph_id"),
        schedule=row.text("schedule"),
        timezone=row.text("timezone"),
        request=row.json("request", dict) or {},
        thread_id=row.maybe_text("thread_id"),
        missed=row.word("missed", Missed),
        is_paused=row.flag("is_paused"),
        next_at=row.maybe_moment("next_at"),
        end_at=row.maybe_moment("end_at"),
        last_tick_at=row.maybe_moment("last_tick_at"),
        last_run_id=row.maybe_text("last_run_id"),
        problem=row.maybe_text("problem"),
        metadata=row.json("metadata", dict) or {},
        idempotency_key=row.maybe_text("idempotency_key"),
        request_hash=row.maybe_text("request_hash"),
        created_at=row.moment("created_at"),
        updated_at=row.moment("updated_at"),
    )
