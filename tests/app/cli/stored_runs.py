"""Runs that a service has kept in the folder where a command is called."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.cli.environment import load_settings
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunFailure, RunStatus
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.threads.thread import IDLE


def store_run(
    graph_id: str = "tides",
    *,
    status: RunStatus = RunStatus.SUCCESS,
    thread_id: str | None = None,
    owner: str = "me",
    days: float = 0,
    metadata: dict[str, Any] | None = None,
) -> str:
    """Keep a run that ended so many days ago, or is not over; return its id."""
    request = RunRequest(
        {"topic": "tides"}, owner=owner, thread_id=thread_id, metadata=metadata or {}
    )
    run = Run(graph_id, request)
    asyncio.run(_store(run, status, days))
    return run.id


async def _store(run: Run, status: RunStatus, days: float) -> None:
    settings = load_settings()
    await migrate(settings)
    async with open_database(settings) as database:
        await RunRepository(database).create(run)
        run.status = status
        if not run.is_over:
            return
        run.report = {"wall_ms": 1200.0, "sum_ms": 2400.0, "speedup": 2.0, "branches": []}
        run.ended_at = datetime.now(UTC) - timedelta(days=days)
        if status is RunStatus.SUCCESS:
            run.output = {"brief": "high and low"}
        else:
            run.failure = RunFailure("ValueError", "no tide today", "moon")
        assert await RunRepository(database).finish(run, [], IDLE)


def is_stored(run_id: str) -> bool:
    return _get(run_id) is not None


def is_cancel_requested(run_id: str) -> bool:
    record = _get(run_id)
    assert record is not None
    return record.cancel_requested


def _get(run_id: str) -> Run | None:
    async def get() -> Run | None:
        async with open_database(load_settings()) as database:
            return await RunRepository(database).get(run_id, owner=None)

    return asyncio.run(get())
