"""Runs that no process executes, though the database has them pending or running."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, select, update

from app.runs.rows import run_from_row
from app.runs.run import Run
from app.runs.statements import RUN_COLUMNS
from app.storage.database import Database
from app.storage.tables import IS_LIVE, runs


class OrphanedRuns:
    """For the one process that serves: a run that is not active here is active nowhere."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._reading = database.reading

    async def claim(self, limit: int, live: Collection[str]) -> list[Run]:
        """Return the oldest runs that are not in `live`, foreground ones too, as another attempt.

        The caller continues or ends them; until they are in `live` a second call would claim them
        again. One whose row cannot be read is among them, and says so in `unreadable`.
        """
        return await self._writer.write(_claim, _Claim(limit, frozenset(live)))

    async def release(self, run_ids: Collection[str]) -> None:
        """Leave runs to the next start; this attempt does not count as one that failed."""
        await self._writer.write(_release, tuple(run_ids))

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
    limit: int
    live: frozenset[str]


_IS_COUNTED = runs.c.attempt.between(1, 1_000_000)
"""Whether the attempt is one: what a damaged row holds must not fail the claim of others."""


def _claim(connection: Connection, item: _Claim) -> list[Run]:
    oldest = select(runs.c.id).where(IS_LIVE, runs.c.id.not_in(item.live)).order_by(runs.c.id)
    statement = (
        update(runs)
        .where(runs.c.id.in_(oldest.limit(item.limit)))
        .values(attempt=case((_IS_COUNTED, runs.c.attempt + 1), else_=1))
        .returning(*RUN_COLUMNS)
    )
    claimed = [run_from_row(row) for row in connection.execute(statement).mappings()]
    return sorted(claimed, key=lambda run: run.id)


def _release(connection: Connection, run_ids: Sequence[str]) -> None:
    released = update(runs).where(runs.c.id.in_(run_ids), IS_LIVE)
    connection.execute(released.values(status="pending", releases=runs.c.releases + 1))
