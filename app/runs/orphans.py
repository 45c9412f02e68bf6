"""Runs that nobody is at work on, though the database has them pending or running."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, exists, select, update

from app.runs.record import RunRecord, run_record_of
from app.runs.statements import RECORD
from app.storage.database import Database
from app.storage.tables import IS_LIVE, LIVE, runs, threads
from app.threads.thread import BUSY, IDLE


class OrphanedRuns:
    """For the one process that serves: what is not live here is live nowhere."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._reading = database.reading

    async def take(self, limit: int, live: Collection[str]) -> list[RunRecord]:
        """Return the oldest runs that are not in `live`, foreground ones too, as another attempt.

        The caller goes on with them or ends them; until they are in `live` a second call would
        take them again.
        """
        return await self._writer.write(_take, _Taking(limit, frozenset(live)))

    async def release(self, run_ids: Collection[str]) -> None:
        """Leave runs to the next start; this attempt does not count as one that failed."""
        await self._writer.write(_release, tuple(run_ids))

    async def asked_to_cancel(self, live: Collection[str]) -> list[str]:
        """Return those of the runs in `live` that somebody wants cancelled."""
        asked = select(runs.c.id).where(IS_LIVE, runs.c.cancel_requested)
        async with self._reading() as connection:
            found = (await connection.execute(asked)).scalars().all()
        return [run_id for run_id in found if run_id in live]

    async def free_threads(self, *, idle_seconds: float = 60) -> int:
        """Let threads go that have been busy for so long with no run, and return how many.

        That is what a change of state leaves behind when its process dies.
        """
        before = datetime.now(UTC) - timedelta(seconds=idle_seconds)
        return await self._writer.write(_free_threads, before)


@dataclass(frozen=True)
class _Taking:
    limit: int
    live: frozenset[str]


def _take(connection: Connection, item: _Taking) -> list[RunRecord]:
    oldest = select(runs.c.id).where(IS_LIVE, runs.c.id.not_in(item.live)).order_by(runs.c.id)
    statement = (
        update(runs)
        .where(runs.c.id.in_(oldest.limit(item.limit)))
        .values(attempt=runs.c.attempt + 1)
        .returning(*RECORD)
    )
    records = [run_record_of(row) for row in connection.execute(statement).mappings()]
    return sorted(records, key=lambda record: record.run.id)


def _release(connection: Connection, run_ids: Sequence[str]) -> None:
    released = update(runs).where(runs.c.id.in_(run_ids), IS_LIVE)
    connection.execute(released.values(status="pending", releases=runs.c.releases + 1))


def _free_threads(connection: Connection, before: datetime) -> int:
    is_at_work = exists().where(
        runs.c.owner == threads.c.owner,
        runs.c.thread_id == threads.c.thread_id,
        runs.c.status.in_(LIVE),
    )
    is_abandoned = and_(threads.c.status == BUSY, threads.c.updated_at <= before, ~is_at_work)
    return connection.execute(update(threads).where(is_abandoned).values(status=IDLE)).rowcount
