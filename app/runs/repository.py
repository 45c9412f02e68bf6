"""The table of runs: begin, go on, end, read."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select

from app.errors import EventsGone, ServiceError
from app.runs import statements as run_rows
from app.runs.events import Event
from app.runs.record import RunRecord, begun_row, ended_row, events_of, events_text, run_record_of
from app.runs.search import RunSearch, search_runs
from app.runs.statements import RECORD, FinishedRun, NewRun, is_of
from app.storage.columns import labels_of
from app.storage.database import Database
from app.storage.tables import run_events, runs


class RunRepository:
    """Runs, their events and their labels; every method raises StorageUnavailable too."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._reading = database.reading

    async def begin(self, record: RunRecord) -> RunRecord:
        """Keep a run that is about to begin, and return it; its thread is busy from then on.

        Where its owner used its key before with an equal request, that earlier run is returned and
        nothing is kept. A cancelled caller does not undo what is under way: shield the call.

        Raises:
            ThreadBusy: another run is using the thread.
            KeyReused: the key came before with another request.
        """
        run_id, owner = record.run.id, record.owner
        labels = [
            {"owner": owner, "key": key, "value": value, "run_id": run_id}
            for key, value in labels_of(record.metadata).items()
        ]
        new = NewRun(begun_row(record), labels)
        if new.is_plain:
            await self._writer.write_bulk(run_rows.create_plain, new)
            return record
        outcome = await self._writer.write(run_rows.create, new)
        if isinstance(outcome, ServiceError):
            raise outcome
        return record if outcome is None else outcome

    async def append_events(self, batches: Sequence[tuple[str, Sequence[Event]]]) -> None:
        """Keep further events of runs, each with its id; a pending run counts as running then.

        To say it again, with more events behind, is harmless.
        """
        writes = [
            self._writer.write_bulk(run_rows.append_events, batch) for batch in batches if batch[1]
        ]
        await asyncio.gather(*writes)

    async def end(
        self, record: RunRecord, events: Sequence[Event], thread_status: str | None
    ) -> bool:
        """Keep how a run ended, the events not kept before, and what its thread is now.

        Return False, and keep nothing, where the run is over already or at a later attempt. To say
        it again is harmless.
        """
        if record.ended_at is None:
            record.ended_at = datetime.now(UTC)
        row = {**ended_row(record), "last_events": events_text(events)}
        return await self._writer.write(run_rows.finish, FinishedRun(record, row, thread_status))

    async def request_cancel(self, run_id: str) -> None:
        """Ask the process that is at work on a run to cancel it; a run that is over stays so."""
        await self._writer.write(run_rows.request_cancel, run_id)

    async def clear_has_checkpoints(self, run_ids: Sequence[str]) -> None:
        """Store that the checkpoints of runs are deleted; only then can retention drop the runs."""
        await self._writer.write(run_rows.clear_has_checkpoints, run_ids)

    async def get(self, run_id: str, *, owner: str | None) -> RunRecord | None:
        """Return a run, of any owner where that is None."""
        conditions = [runs.c.id == run_id]
        return await self._find(conditions if owner is None else [*conditions, is_of(owner)])

    async def by_key(self, owner: str, key: str) -> RunRecord | None:
        """Return the run that came with this key."""
        return await self._find([is_of(owner), runs.c.idempotency_key == key])

    async def events(self, run_id: str, after: int, before: int | None = None) -> list[Event]:
        """Return a run's kept events above `after`, and below `before` where that is given.

        Each once, though it may be kept twice: a batch whose commit was not told of is said again.

        Raises:
            EventsGone: there were some, and they are no longer kept.
        """
        of_run = run_events.c.run_id == run_id
        kept = (
            select(run_events.c.events)
            .where(of_run, run_events.c.last_event > after)
            .order_by(run_events.c.first_event)
        )
        own = select(runs.c.last_event, runs.c.ended_at, runs.c.last_events)
        async with self._reading() as connection:
            row = (await connection.execute(own.where(runs.c.id == run_id))).first()
            texts = (await connection.execute(kept)).scalars().all()
        if row is None or (row.ended_at is not None and row.last_events is None):
            raise EventsGone(f"the events of run {run_id} are no longer kept")
        texts = (*texts, row.last_events)
        found = {event.id: event for text in texts for event in events_of(text)}.values()
        return [one for one in found if one.id > after and (before is None or one.id < before)]

    async def search(self, asked: RunSearch) -> list[RunRecord]:
        """Return a page of runs, newest first, without their input, output and report."""
        async with self._reading() as connection:
            return await search_runs(connection, asked)

    async def _find(self, conditions: Sequence[ColumnElement[bool]]) -> RunRecord | None:
        async with self._reading() as connection:
            row = (await connection.execute(select(*RECORD).where(*conditions))).mappings().first()
        return None if row is None else run_record_of(row)
