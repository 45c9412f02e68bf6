"""Keeps the end of a run, however long the database is away, and then tells of it."""

import asyncio
import logging
import time
from dataclasses import replace

from app.endings import last_events, thread_status_of
from app.errors import StorageUnavailable
from app.events import Event
from app.started_runs import StartedRun
from app.storage.records import RunRecord
from app.storage.runs import RunTable

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5.0
"""Past it those who wait are told that the end is not kept, and get the report all the same."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0


async def keep_end(table: RunTable, started: StartedRun, record: RunRecord) -> None:
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
    table: RunTable, record: RunRecord, events: list[Event]
) -> StorageUnavailable | None:
    try:
        is_ours = await table.end(record, events, thread_status_of(record.run))
    except StorageUnavailable as error:
        return error
    if not is_ours:
        logger.warning("a run was over before its end was kept", extra={"run_id": record.run.id})
    return None


def _tell_that_it_is_not_kept(
    started: StartedRun, record: RunRecord, error: StorageUnavailable
) -> None:
    run = record.run
    logger.error("the end of a run is not kept", extra={"run_id": run.id, "error": error.reason})
    reason = f"run {run.id} is over ({run.status}) and its end is not kept yet: {error.reason}"
    started.not_kept = StorageUnavailable(
        reason, run_id=run.id, thread_id=run.thread_id, report=run.report
    )
    started.log.close(started.log.seal(last_events(run, started.not_kept)))
    started.tell()
