"""Keeps the end of a run, however long the database is away, and then tells of it."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

from app.errors import ServiceError, StorageUnavailable, problem_of
from app.execution.active_runs import ActiveRun
from app.runs.events import Event, EventType
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus

logger = logging.getLogger(__name__)


_PATIENCE_SECONDS = 5.0
"""Past it those who wait are told that the end is not kept, and get the report all the same."""


_FIRST_PAUSE_SECONDS = 0.1


_LONGEST_PAUSE_SECONDS = 2.0


async def keep_end(table: RunRepository, started: ActiveRun, record: RunRecord) -> None:
    """Keep how a run ended, then let its followers and waiters know.

    What the run did is paid for, so this goes on until the database takes it, or the process ends.
    """
    last = started.log.seal(last_events(record.run))
    if started.flushing is not None:
        await asyncio.wait([started.flushing])
    record = replace(record, last_event=last[-1].id)
    if started.is_recorded:
        events = [*started.log.after(started.kept), *last]
        gave_up_at = time.monotonic() + _PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while (error := await _try_to_keep(table, record, events)) is not None:
            if started.not_kept is None and time.monotonic() >= gave_up_at:
                _tell_that_it_is_not_kept(started, record, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    started.record, started.not_kept = record, None
    started.log.close(last)
    started.tell()


async def _try_to_keep(
    table: RunRepository, record: RunRecord, events: list[Event]
) -> StorageUnavailable | None:
    try:
        is_ours = await table.end(record, events, thread_status_of(record.run))
    except StorageUnavailable as error:
        return error
    if not is_ours:
        logger.warning("a run was over before its end was kept", extra={"run_id": record.run.id})
    return None


def _tell_that_it_is_not_kept(
    started: ActiveRun, record: RunRecord, error: StorageUnavailable
) -> None:
    run = record.run
    logger.error("the end of a run is not kept", extra={"run_id": run.id, "error": error.reason})
    reason = f"run {run.id} is over ({run.status}) and its end is not kept yet: {error.reason}"
    started.not_kept = StorageUnavailable(
        reason, run_id=run.id, thread_id=run.thread_id, report=run.report
    )
    started.log.close(started.log.seal(last_events(run, started.not_kept)))
    started.tell()


def last_events(
    run: Run, not_kept: ServiceError | None = None
) -> list[tuple[EventType, dict[str, Any]]]:
    """Return the events of a run that is over, in order; `not_kept` says why nobody can read it."""
    events: list[tuple[EventType, dict[str, Any]]] = []
    if run.output is not None:
        events.append(("output", {"output": run.output}))
    ending = {
        "status": run.status,
        "degraded": run.is_degraded,
        "error": problem_of(not_kept) if not_kept is not None else run.problem,
        "interrupts": run.interrupts,
    }
    return [*events, ("report", run.report), ("end", ending)]


def thread_status_of(run: Run) -> str | None:
    """Return what a run that is over leaves its thread as, in LangGraph's words."""
    if run.thread_id is None:
        return None
    match run.status:
        case RunStatus.INTERRUPTED:
            return "interrupted"
        case RunStatus.ERROR | RunStatus.TIMEOUT:
            return "error"
        case _:
            return "idle"
