"""The repository of runs: create, finish, read, search."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import ColumnElement, select

from app.errors import EventsGone, ServiceError, UnreadableRun
from app.logs import OnceLog
from app.runs import statements
from app.runs.event_rows import events_from_text, last_events_text
from app.runs.events import Event
from app.runs.rows import figures_row, finished_row, new_row, run_from_row, stats_rows
from app.runs.run import Run
from app.runs.search import RunSearch, search_runs
from app.runs.statements import RUN_COLUMNS, FinishedRun, NewRun, is_of
from app.storage.columns import labels_of
from app.storage.database import Database
from app.storage.stored_row import StoredRow, UnreadableRow
from app.storage.tables import run_events, runs
from app.work.idle import IDLE
from app.work.work import Queued, Work

logger = logging.getLogger(__name__)


class RunRepository:
    """Runs, their events and their labels; every method raises StorageUnavailable too."""

    def __init__(
        self, database: Database, work: Work = IDLE, *, most_waiting: int | None = None
    ) -> None:
        """`work` gets what is queued; `most_waiting` bounds how many runs of an owner may wait."""
        self._work = work
        self._most_waiting = most_waiting
        self._create = partial(statements.create, work)
        self._finish = partial(statements.finish, work)
        self._create_finished = partial(statements.create_finished, work)
        self._request_cancel = partial(statements.request_cancel, work)
        self._delete = partial(statements.delete_run, work)
        self._writer = database.writer
        self._reading = database.reading
        self._unreadable = OnceLog(logger, "a stored run cannot be read")

    async def create(self, run: Run) -> Run:
        """Store a run that is about to start, and return it; its thread is busy from then on.

        One at attempt 0 is queued instead, and may wait for its thread.

        Where its owner used its Idempotency-Key before, nothing is stored and that earlier run is
        returned. Cancelling the caller does not undo the write: shield it.

        Raises:
            InvalidInput: the thread is new, and no new thread may have this id.
            ThreadBusy: another run is using the thread.
            TooManyRuns: as many runs of the owner as allowed are queued.
            UnreadableRun, UnreadableThread: the earlier run, or the thread, cannot be read.
        """
        new = self._new_run(run)
        if new.is_plain:
            await self._writer.write_bulk(statements.create_plain, new)
            return run
        outcome = await self._writer.write(self._create, new)
        if isinstance(outcome, ServiceError):
            raise outcome
        return run if outcome is None else _readable(outcome)

    async def append_events(self, batches: Sequence[tuple[str, Sequence[Event]]]) -> None:
        """Store further events of runs, each with its id; a pending run counts as running then.

        Repeating it, with more events at the end, is harmless.
        """
        writes = [
            self._writer.write_bulk(statements.append_events, batch)
            for batch in batches
            if batch[1]
        ]
        await asyncio.gather(*writes)

    async def finish(self, run: Run, events: Sequence[Event], thread_status: str | None) -> bool:
        """Store how a run ended, the events not stored before, and its thread's status.

        Return False, and store nothing, where the run is over already or at a later attempt.
        Repeating it is harmless.
        """
        finished = _finished_run(run, events, thread_status)
        return await self._writer.write(self._finish, finished)

    async def create_finished(self, run: Run, events: Sequence[Event]) -> bool:
        """Store a run without key and thread together with its end; as `finish` otherwise."""
        item = (self._new_run(run), _finished_run(run, events, None))
        return await self._writer.write(self._create_finished, item)

    async def request_cancel(self, run_id: str) -> None:
        """Ask the process that executes a run to cancel it; a run that is over stays as it is."""
        await self._writer.write(self._request_cancel, run_id)

    async def delete(self, run_id: str, *, owner: str) -> None:
        """Delete a run of this owner, with its events and labels, also one that cannot be read."""
        await self._writer.write(self._delete, (owner, run_id))

    async def clear_has_checkpoints(self, run_ids: Sequence[str]) -> None:
        """Store that the checkpoints of runs are deleted; only then can retention drop the runs."""
        await self._writer.write(statements.clear_has_checkpoints, run_ids)

    async def get(self, run_id: str, *, owner: str | None) -> Run | None:
        """Return a run, of any owner where that is None.

        Raises:
            UnreadableRun: there is one, and its row cannot be read.
        """
        conditions = [runs.c.id == run_id]
        return await self._first(conditions if owner is None else [*conditions, is_of(owner)])

    async def get_by_idempotency_key(self, owner: str, key: str) -> Run | None:
        """Return the run that an earlier request with this key started."""
        return await self._first([is_of(owner), runs.c.idempotency_key == key])

    async def events(self, run_id: str, after: int, before: int | None = None) -> list[Event]:
        """Return a run's stored events above `after`, and below `before` where that is given.

        Each once, though it may be stored twice: a batch is repeated if its commit is unconfirmed.

        Raises:
            EventsGone: there were some, and they have been deleted.
            UnreadableRun: some of them cannot be read.
        """
        of_run = run_events.c.run_id == run_id
        batches = (
            select(run_events.c.events)
            .where(of_run, run_events.c.last_event > after)
            .order_by(run_events.c.first_event)
        )
        own = select(runs.c.ended_at, runs.c.last_events, runs.c.output, runs.c.report)
        async with self._reading() as connection:
            row = (await connection.execute(own.where(runs.c.id == run_id))).mappings().first()
            texts = (await connection.execute(batches)).scalars().all()
        if row is None or (row["ended_at"] is not None and row["last_events"] is None):
            raise EventsGone(f"the events of run {run_id} have been deleted")
        texts = (*texts, row["last_events"])
        run = StoredRow(row)
        try:
            events = {one.id: one for text in texts for one in events_from_text(text, run)}.values()
        except UnreadableRow as error:
            raise UnreadableRun(f"run {run_id!r}", str(error)) from error
        return [one for one in events if one.id > after and (before is None or one.id < before)]

    async def search(self, search: RunSearch) -> list[Run]:
        """Return a page of runs, newest first, without their input, output and report.

        One whose row cannot be read is among them, and says so in `unreadable`.
        """
        async with self._reading() as connection:
            page = await search_runs(connection, search)
        for run in page:
            if run.unreadable is not None:
                self._unreadable.warn(run.id, run_id=run.id, reason=run.unreadable)
        return page

    def _new_run(self, run: Run) -> NewRun:
        labels = [
            {"owner": run.request.owner, "key": key, "value": value, "run_id": run.id}
            for key, value in labels_of(run.request.metadata).items()
        ]
        if run.attempt > 0:
            return NewRun({**new_row(run), "holder": self._work.holder_id}, labels)
        queued = Queued(run.id, run.request.owner, run.graph_id, 0, run.request.not_before)
        return NewRun(new_row(run), labels, queued, self._most_waiting)

    async def _first(self, conditions: Sequence[ColumnElement[bool]]) -> Run | None:
        statement = select(*RUN_COLUMNS).where(*conditions)
        async with self._reading() as connection:
            row = (await connection.execute(statement)).mappings().first()
        return None if row is None else _readable(run_from_row(row))


def _readable(run: Run) -> Run:
    if run.unreadable is not None:
        raise UnreadableRun(f"run {run.id!r}", run.unreadable)
    return run


def _finished_run(run: Run, events: Sequence[Event], thread_status: str | None) -> FinishedRun:
    if run.ended_at is None:
        run.ended_at = datetime.now(UTC)
    row = {**finished_row(run), "last_events": last_events_text(events, run)}
    return FinishedRun(run, row, thread_status, figures_row(run), stats_rows(run))
