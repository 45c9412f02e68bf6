"""The queue as rows: runs that wait for their claim, and those whose holder is gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, and_, or_, select, update

from app.runs.rows import run_from_row
from app.runs.run import Run
from app.runs.statements import RUN_COLUMNS
from app.storage.database import Database
from app.storage.tables import IS_LIVE, runs
from app.threads import waiting_runs
from app.work.queued_row import QUEUED_COLUMNS, counted_attempt, queued_from_row
from app.work.work import Queued, Work


class QueuedRuns:
    """Rows of runs that are not over; every method raises StorageUnavailable too."""

    def __init__(self, database: Database, work: Work) -> None:
        self._writer = database.writer
        self._reading = database.reading
        self._holder = work.holder_id
        self._requeue = partial(_requeue, work)

    async def claim(self, queued: Queued) -> Run | None:
        """Hold a run as its next attempt; None where it is over, or was claimed meanwhile.

        One whose row cannot be read says so in `unreadable`.
        """
        return await self._writer.write(_claim, _Claim(queued, self._holder))

    async def release(self, run_ids: Collection[str]) -> None:
        """Let others claim runs; this attempt does not count as one that failed."""
        await self._writer.write(_release, tuple(run_ids))

    async def requeue(self) -> None:
        """Queue every run that waits for nothing else and is held by no living process."""
        await self._writer.write(self._requeue, None)

    async def claimed_elsewhere(self, live: Mapping[str, int]) -> list[str]:
        """Return those of the runs in `live` that are over, or at another attempt than there."""
        statement = select(runs.c.id, runs.c.attempt).where(IS_LIVE)
        async with self._reading() as connection:
            stored = {row.id: row.attempt for row in await connection.execute(statement)}
        return [run_id for run_id, attempt in live.items() if stored.get(run_id) != attempt]

    async def cancel_requested(self, live: Collection[str]) -> list[str]:
        """Return those of the runs in `live` that are to be cancelled."""
        statement = select(runs.c.id).where(IS_LIVE, runs.c.cancel_requested)
        async with self._reading() as connection:
            run_ids = (await connection.execute(statement)).scalars().all()
        return [run_id for run_id in run_ids if run_id in live]


@dataclass(frozen=True)
class _Claim:
    queued: Queued
    holder: int


def _claim(connection: Connection, item: _Claim) -> Run | None:
    queued, attempt = item.queued, item.queued.attempt + 1
    is_ours = and_(
        counted_attempt == attempt, runs.c.holder == item.holder
    )  # repeated: an answer was lost
    statement = (
        update(runs)
        .where(runs.c.id == queued.run_id, IS_LIVE, runs.c.waits_for.is_(None))
        .where(or_(counted_attempt == queued.attempt, is_ours))
        .values(attempt=attempt, holder=item.holder, status="running")
        .returning(*RUN_COLUMNS)
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else run_from_row(row)


def _release(connection: Connection, run_ids: tuple[str, ...]) -> None:
    released = update(runs).where(runs.c.id.in_(run_ids), IS_LIVE)
    connection.execute(released.values(status="pending", releases=runs.c.releases + 1, holder=None))


def _requeue(work: Work, connection: Connection, _: None) -> None:
    work.enqueue(connection, waiting_runs.take_all(connection))
    is_left = and_(IS_LIVE, runs.c.waits_for.is_(None), work.holder_is_gone())
    rows = connection.execute(select(*QUEUED_COLUMNS).where(is_left).order_by(runs.c.id))
    work.enqueue(connection, [queued_from_row(row) for row in rows.mappings()])
