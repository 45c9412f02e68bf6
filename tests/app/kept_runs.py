"""Runs for tests to keep."""

from typing import Any

from app.runs.events import Event
from app.runs.record import RunRecord
from app.runs.run import Run, RunStatus


def a_run(thread_id: str | None = None, **given: Any) -> RunRecord:
    """A run as it is before it begins."""
    asked = {"input": {"text": "many hands"}}
    return RunRecord(**{"run": Run("tally", thread_id), "owner": "me", "asked": asked, **given})


def an_event(number: int, **data: Any) -> Event:
    return Event(number, "token", data)


def ended(record: RunRecord, status: RunStatus = RunStatus.SUCCESS) -> RunRecord:
    """Let a run be over, as the runner does before it keeps the end."""
    record.run.status = status
    record.run.report = {"wall_ms": 1.5}
    return record
