"""Runs for tests to store."""

import asyncio
from typing import Any

from app.runs.events import Event
from app.runs.queue import QueuedRuns
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunStatus
from app.storage.database import Database
from app.work.embedded import EmbeddedWork
from app.work.slots import Limits, Slots
from app.work.work import Queued


def a_run(
    thread_id: str | None = None,
    *,
    graph_id: str = "tally",
    key: str | None = None,
    request_hash: str = "",
    **given: Any,
) -> Run:
    """A run as it is before it starts, requested as the database returns it."""
    options: dict[str, Any] = {
        "graph_input": {"text": "many hands"},
        "owner": "me",
        "thread_id": thread_id,
        "idempotency_key": None if key is None else IdempotencyKey(key, request_hash),
    }
    return Run(graph_id, RunRequest(**{**options, **given}))


def an_event(number: int, **data: Any) -> Event:
    return Event(number, "token", data)


def ended(run: Run, status: RunStatus = RunStatus.SUCCESS) -> Run:
    """Let a run be over, as the runner does before it stores the end."""
    run.status = status
    run.report = {"wall_ms": 1.5}
    return run


async def claim_left(database: Database) -> list[Run]:
    """Claim all that waits, as the next process does that serves; oldest first."""
    work = EmbeddedWork(Slots(Limits(1000)))
    queued_runs = QueuedRuns(database, work)
    claimed: list[Run] = []

    async def execute(queued: Queued) -> None:
        run = await queued_runs.claim(queued)
        assert run is not None
        claimed.append(run)

    async with work.execute(execute):
        await queued_runs.requeue()
        executing = [one for one in asyncio.all_tasks() if one.get_name().startswith("queued-")]
        await asyncio.gather(*executing)
    return sorted(claimed, key=lambda run: run.id)
