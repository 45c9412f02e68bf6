"""Runs that a process left at work: background ones go on, the others are told to be over."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.errors import StorageUnavailable
from app.execution.active_runs import ActiveRun
from app.execution.completion import last_events, thread_status_of
from app.execution.outcome import log_failure
from app.graphs.registry import GraphEntry
from app.graphs.shape import Shape
from app.redaction import Redact
from app.report.recorder import Recorder
from app.runs.checkpoints import delete_checkpoints
from app.runs.events import Event, EventLog, first_event_of
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.run import RunFailure, RunStatus
from app.settings import Settings
from app.storage.checkpoints import Checkpoints
from app.storage.database import Database

logger = logging.getLogger(__name__)


GoOn = Callable[[GraphEntry, RunRecord], Awaitable[ActiveRun]]


class Recovery:
    """Decides what becomes of a run that nobody is at work on."""

    def __init__(
        self,
        settings: Settings,
        *,
        registry: Mapping[str, GraphEntry],
        database: Database,
        checkpoints: Checkpoints,
        clean: Redact,
        go_on: GoOn,
    ) -> None:
        self._most_attempts = settings.max_run_attempts
        self._registry = registry
        self._database = database
        self._checkpoints = checkpoints
        self._clean = clean
        self._go_on = go_on

    async def __call__(self, record: RunRecord) -> None:
        """Go on with a run whose attempt was counted already, or end it.

        Raises:
            StorageUnavailable: the run stays as it is, for another time.
        """
        run = record.run
        failure = self._obstacle(record)
        if failure is None:
            try:
                await self._go_on(self._registry[run.graph_id], record)
            except StorageUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  # what one run was asked must not stop others
                failure = RunFailure(type(error).__name__, self._clean(str(error)))
            else:
                fields = {"graph_id": run.graph_id, "run_id": run.id, "attempt": record.attempt}
                logger.info("run taken up again", extra=fields)
        if failure is not None:
            await self._end(record, failure)

    def _obstacle(self, record: RunRecord) -> RunFailure | None:
        """Return why a run cannot go on; None when it can."""
        run = record.run
        if record.cancel_requested:
            return RunFailure("RunCancelled", "the run was cancelled")
        if not record.is_background:
            return RunFailure("ServiceEnded", "the service ended while it ran")
        if record.failed_attempts >= self._most_attempts:
            begun = record.failed_attempts
            message = f"the service ended {begun} times while it ran (FANJOIN_MAX_RUN_ATTEMPTS)"
            return RunFailure("TooManyAttempts", message)
        if run.graph_id not in self._registry:
            return RunFailure("GraphNotFound", f"no graph is called {run.graph_id!r} any more")
        return None

    async def _end(self, record: RunRecord, failure: RunFailure) -> None:
        run, table = record.run, RunRepository(self._database)
        was_cancelled = failure.type == "RunCancelled"
        ended = replace(
            run,
            status=RunStatus.CANCELLED if was_cancelled else RunStatus.ERROR,
            failure=failure,
            report=self._report(record, await table.events(run.id, 0)),
        )
        last = EventLog(first_event_of(record.attempt)).seal(last_events(ended))
        kept = replace(record, run=ended, last_event=last[-1].id, ended_at=datetime.now(UTC))
        await table.end(kept, last, thread_status_of(ended))
        log_failure(ended, failure)
        if record.is_background and run.thread_id is None:
            await delete_checkpoints([run.id], checkpoints=self._checkpoints, runs=table)

    def _report(self, record: RunRecord, stored: Sequence[Event]) -> dict[str, Any]:
        """Return a report of what was told before the process ended."""
        graph_id = record.run.graph_id
        is_known = graph_id in self._registry
        shape = self._registry[graph_id].shape if is_known else Shape({}, [], [])
        recorder = Recorder(shape, {}, self._clean, lambda *_: None)
        recorder.adopt(
            {event.data["ns"]: event.data for event in stored if event.type == "branch_finished"},
            {},
        )
        recorder.warn("the report holds what had been kept when the service ended")
        return recorder.close(has_ended=False)
