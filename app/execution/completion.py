"""Stores how a run ended, however long the database is unavailable, and only then announces it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.errors import ServiceError, StorageUnavailable, problem_of
from app.execution.active_runs import ActiveRun
from app.report.bounds import bounded
from app.runs.checkpoints import delete_checkpoints
from app.runs.events import Event, EventLog, EventType, first_event_of
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus
from app.storage.checkpoints import Checkpoints

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5.0
"""After it those who wait get an error that says so, with the report all the same."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0


class Completion:
    """The one way a run's end is stored, whoever executed it."""

    def __init__(self, runs: RunRepository, checkpoints: Checkpoints) -> None:
        self._runs = runs
        self._checkpoints = checkpoints

    async def complete(self, active: ActiveRun, run: Run) -> None:
        """Store how an active run ended, then wake its followers and waiters.

        `run` is a copy of the run that nobody else has: its report is bounded, and its end noted.
        What the run did is paid for, so this retries until the database accepts it, or the
        process ends. The end of a run that another process has claimed is dropped.
        """
        _bound_report(run, active.log.shortened)
        final = active.log.seal(final_events(run))
        if writes := [write for write in (active.creating, active.flushing) if write is not None]:
            await asyncio.wait(writes)
        _end(run, final)
        if active.is_recorded and not await self._store_patiently(active, run, final):
            active.leave_to_another()
            return
        active.run, active.storage_error = run, None
        active.log.close(final)
        active.set_finished()

    async def complete_orphan(self, run: Run) -> Run | None:
        """Store how a run ended that no process executes; None where it had ended, or began.

        `run` is as for `complete`.

        Raises:
            StorageUnavailable: the run stays as it is.
        """
        _bound_report(run, 0)
        final = EventLog(first_event_of(run.attempt)).seal(final_events(run))
        _end(run, final)
        if not await self._store(run, final):
            return None
        if run.attempt > 0:  # it may have checkpoints
            await self.clean_up(run)
        return run

    async def clean_up(self, run: Run) -> None:
        """Delete the checkpoints of a run that is over and on no thread: nothing needs them."""
        if run.is_over and run.request.is_background and run.thread_id is None:
            with contextlib.suppress(StorageUnavailable):  # retention deletes them later
                await delete_checkpoints([run.id], checkpoints=self._checkpoints, runs=self._runs)

    async def _store_patiently(self, active: ActiveRun, run: Run, final: Sequence[Event]) -> bool:
        events = [*active.log.after(active.last_stored_event), *final]
        gives_up_at = time.monotonic() + _PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._store(run, events, has_row=active.has_row)
            except StorageUnavailable as error:
                if active.storage_error is None and time.monotonic() >= gives_up_at:
                    _finish_unstored(active, run, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _store(self, run: Run, events: Sequence[Event], *, has_row: bool = True) -> bool:
        """Store a run's end; False where it is over already, or at a later attempt."""
        if has_row:
            return await self._runs.finish(run, events, thread_status_after(run))
        return await self._runs.create_finished(run, events)


def final_events(
    run: Run, storage_error: ServiceError | None = None
) -> list[tuple[EventType, dict[str, Any]]]:
    """Return the last events of a run, in order; `storage_error` says why its end is not stored."""
    events: list[tuple[EventType, dict[str, Any]]] = []
    if run.output is not None or run.status is RunStatus.SUCCESS:  # it may be null
        events.append(("output", {"output": run.output}))
    end = {
        "status": run.status,
        "degraded": run.is_degraded,
        "error": problem_of(storage_error) if storage_error is not None else run.problem,
        "interrupts": run.interrupts,
        "next": run.next,
    }
    return [*events, ("report", run.report), ("end", end)]


def thread_status_after(run: Run) -> str | None:
    """Return the status of a run's thread once the run is over, in LangGraph's words."""
    if run.thread_id is None:
        return None
    match run.status:
        case RunStatus.INTERRUPTED:
            return "interrupted"
        case RunStatus.ERROR | RunStatus.TIMEOUT:
            return "error"
        case _:
            return "idle"


def _bound_report(run: Run, shortened: int) -> None:
    """Bound the report of a run, and say there how many events had to be shortened."""
    report = run.report
    if shortened:
        warning = (
            f"{shortened} events of branches that ended came without results: all events of them "
            f"together carry 1 MiB at most"
        )
        report = {**report, "warnings": [*report.get("warnings", []), warning]}
    run.report = bounded(report)


def _end(run: Run, final: Sequence[Event]) -> None:
    run.last_event, run.ended_at = final[-1].id, datetime.now(UTC)


def _finish_unstored(active: ActiveRun, run: Run, error: StorageUnavailable) -> None:
    logger.error("run result not stored", extra={"run_id": run.id, "error": error.reason})
    reason = (
        f"run {run.id} finished ({run.status}), but its result is not stored yet: {error.reason}"
    )
    active.storage_error = StorageUnavailable(
        reason, run_id=run.id, thread_id=run.thread_id, report=run.report
    )
    active.log.close(active.log.seal(final_events(run, active.storage_error)))
    active.set_finished()
