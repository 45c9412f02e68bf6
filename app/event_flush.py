"""Puts what runs have told into the database, many runs at once."""

import asyncio
from collections.abc import Iterable

from app.started_runs import StartedRun
from app.storage.runs import RunTable


async def flush_events(table: RunTable, runs: Iterable[StartedRun]) -> None:
    """Keep the events that are not kept yet.

    Raises:
        StorageUnavailable: none were, and the next call tries them all again.
    """
    waiting = [
        (started, started.log.after(started.kept))
        for started in runs
        if started.is_recorded and not started.flushing and started.log.last > started.kept
    ]
    if not waiting:
        return
    under_way = asyncio.get_running_loop().create_future()
    for started, _ in waiting:
        started.flushing = under_way
    try:
        await table.append_events([(started.run.id, events) for started, events in waiting])
        for started, events in waiting:
            started.kept = events[-1].id
    finally:
        for started, _ in waiting:
            started.flushing = None
        under_way.set_result(None)
