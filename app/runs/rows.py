"""Converts runs and events to and from database rows."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from app.runs.events import Event
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunFailure, RunStatus
from app.storage.columns import json_text, read_json


def new_row(run: Run) -> dict[str, Any]:
    """Return a run's row as it is inserted."""
    request, key = run.request, run.request.idempotency_key
    return {
        "id": run.id,
        "owner": request.owner,
        "graph_id": run.graph_id,
        "thread_id": request.thread_id,
        "status": str(run.status),
        "is_background": request.is_background,
        "has_checkpoints": request.is_background and request.thread_id is None,
        "attempt": run.attempt,
        "retry_of": request.retry_of,
        "resume_of": request.resume_of,
        "created_at": run.created_at,
        "metadata": json_text(request.metadata),
        "idempotency_key": None if key is None else key.value,
        "request_hash": None if key is None else key.request_hash,
        "request": json_text(request.as_json()),
    }


def finished_row(run: Run) -> dict[str, Any]:
    """Return what a run's end changes in its row, but for its last events."""
    writes_type, writes = run.reusable_writes or (None, None)
    return {
        "status": str(run.status),
        "ended_at": run.ended_at,
        "last_event": run.last_event,
        "failure": None if run.failure is None else json_text(asdict(run.failure)),
        "interrupts": json_text(run.interrupts) if run.interrupts else None,
        "output": None if run.output is None else json_text(run.output),
        "report": json_text(run.report) if run.report else None,
        "reusable_writes_type": writes_type,
        "reusable_writes": writes,
    }


def run_from_row(row: RowMapping) -> Run:
    """Read a row of `runs`; large columns that were not selected count as empty."""
    failure, writes = read_json(row.get("failure")), row.get("reusable_writes")
    key = row["idempotency_key"]
    request = RunRequest.from_json(
        read_json(row.get("request")) or {},
        thread_id=row["thread_id"],
        owner=row["owner"],
        retry_of=row["retry_of"],
        resume_of=row["resume_of"],
        is_background=row["is_background"],
        metadata=read_json(row["metadata"]),
        idempotency_key=None if key is None else IdempotencyKey(key, row["request_hash"]),
    )
    return Run(
        graph_id=row["graph_id"],
        request=request,
        id=row["id"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        status=RunStatus(row["status"]),
        output=read_json(row.get("output")),
        failure=None if failure is None else RunFailure(**failure),
        interrupts=read_json(row.get("interrupts")) or [],
        report=read_json(row.get("report")) or {},
        attempt=row["attempt"],
        releases=row["releases"],
        cancel_requested=row["cancel_requested"],
        reusable_writes=None if writes is None else (row["reusable_writes_type"], bytes(writes)),
        last_event=row["last_event"],
    )


def events_text(events: Sequence[Event]) -> str:
    """Return events as one column stores them."""
    return json_text([[event.id, event.type, event.data] for event in events])


def events_from_text(text: str | None) -> list[Event]:
    """Read what `events_text` wrote."""
    return [Event(*parts) for parts in read_json(text) or ()]
