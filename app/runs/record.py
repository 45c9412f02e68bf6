"""Runs and threads as they are kept, and the rows they are kept in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from app.runs.events import Event
from app.runs.run import Run, RunFailure, RunStatus
from app.storage.columns import _read, json_text


@dataclass(slots=True)
class RunRecord:
    """A run and all that it takes to go on with it, to repeat it or to answer for it."""

    run: Run
    owner: str
    asked: dict[str, Any]
    """The request as plain JSON."""

    is_background: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    """The Idempotency-Key; one run per owner and key."""

    request_hash: str | None = None
    attempt: int = 1
    """How often it began; an end is only kept by the attempt that is under way."""

    releases: int = 0
    """How many attempts were given up by a service that was told to stop."""

    cancel_requested: bool = False
    settled: tuple[str, bytes] | None = None
    """What settled branches wrote, as the checkpoints' serde dumps it, for a retry."""

    last_event: int = 0
    ended_at: datetime | None = None

    @property
    def failed_attempts(self) -> int:
        """How often it was under way when its process died or its database went away."""
        return self.attempt - 1 - self.releases


def begun_row(record: RunRecord) -> dict[str, Any]:
    """Return a run's row as it is inserted."""
    run = record.run
    return {
        "id": run.id,
        "owner": record.owner,
        "graph_id": run.graph_id,
        "thread_id": run.thread_id,
        "status": str(run.status),
        "is_background": record.is_background,
        "has_checkpoints": record.is_background and run.thread_id is None,
        "attempt": record.attempt,
        "retry_of": run.retry_of,
        "resume_of": run.resume_of,
        "created_at": run.created_at,
        "metadata": json_text(record.metadata),
        "idempotency_key": record.key,
        "request_hash": record.request_hash,
        "request": json_text(record.asked),
    }


def ended_row(record: RunRecord) -> dict[str, Any]:
    """Return what a run's end changes in its row, but for its last events."""
    run, (settled_type, settled) = record.run, record.settled or (None, None)
    return {
        "status": str(run.status),
        "ended_at": record.ended_at,
        "last_event": record.last_event,
        "failure": None if run.failure is None else json_text(asdict(run.failure)),
        "interrupts": json_text(run.interrupts) if run.interrupts else None,
        "output": None if run.output is None else json_text(run.output),
        "report": json_text(run.report) if run.report else None,
        "reusable_writes_type": settled_type,
        "reusable_writes": settled,
    }


def run_record_of(row: RowMapping) -> RunRecord:
    """Read a row of `runs`; large columns that were not selected count as empty."""
    failure = _read(row.get("failure"))
    run = Run(
        graph_id=row["graph_id"],
        thread_id=row["thread_id"],
        id=row["id"],
        retry_of=row["retry_of"],
        resume_of=row["resume_of"],
        created_at=row["created_at"],
        status=RunStatus(row["status"]),
        output=_read(row.get("output")),
        failure=None if failure is None else RunFailure(**failure),
        interrupts=_read(row.get("interrupts")) or [],
        report=_read(row.get("report")) or {},
    )
    settled = row.get("reusable_writes")
    return RunRecord(
        run=run,
        owner=row["owner"],
        asked=_read(row.get("request")) or {},
        is_background=row["is_background"],
        metadata=_read(row["metadata"]),
        key=row["idempotency_key"],
        request_hash=row["request_hash"],
        attempt=row["attempt"],
        releases=row["releases"],
        cancel_requested=row["cancel_requested"],
        settled=None if settled is None else (row["reusable_writes_type"], bytes(settled)),
        last_event=row["last_event"],
        ended_at=row["ended_at"],
    )


def events_text(events: Sequence[Event]) -> str:
    """Return events as one column keeps them."""
    return json_text([[event.id, event.type, event.data] for event in events])


def events_of(text: str | None) -> list[Event]:
    """Read what `events_text` wrote."""
    return [Event(*parts) for parts in _read(text) or ()]
