"""Runs for tests to store."""

from typing import Any

from app.runs.events import Event
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunStatus


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
