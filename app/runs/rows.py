"""Converts runs and events to and from database rows."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import RowMapping

from app.plain_json import clean_text
from app.runs.events import Event
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunFailure, RunStatus, moment_of
from app.storage.columns import json_text
from app.storage.stored_row import StoredRow, UnreadableRow, require_kind


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
    """Read a row of `runs`; large columns that were not selected count as empty.

    A run whose row cannot be read says so in `unreadable`, and has what could be read of it.
    """
    try:
        return _read(StoredRow(row))
    except UnreadableRow as error:
        return _beginning_of(row, str(error))


def _read(row: StoredRow) -> Run:
    return Run(
        graph_id=row.text("graph_id"),
        request=_request_of(row),
        id=row.text("id"),
        created_at=row.moment("created_at"),
        ended_at=row.maybe_moment("ended_at"),
        status=row.word("status", RunStatus),
        output=row.json("output", dict),
        failure=_failure_of(row),
        interrupts=_interrupts_of(row),
        report=row.json("report", dict) or {},
        attempt=row.number("attempt"),
        releases=row.number("releases"),
        cancel_requested=row.flag("cancel_requested"),
        reusable_writes=_writes_of(row),
        last_event=row.number("last_event"),
    )


def _request_of(row: StoredRow) -> RunRequest:
    key = row.maybe_text("idempotency_key")
    stored = row.json("request", dict) or {}
    for name, kind in _KINDS.items():
        require_kind(f"request.{name}", stored.get(name), kind)
    return RunRequest.from_json(
        stored,
        thread_id=row.maybe_text("thread_id"),
        owner=row.text("owner"),
        retry_of=row.maybe_text("retry_of"),
        resume_of=row.maybe_text("resume_of"),
        is_background=row.flag("is_background"),
        metadata=row.json("metadata", dict) or {},
        idempotency_key=None if key is None else IdempotencyKey(key, row.text("request_hash")),
    )


_KINDS: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "context": dict,
    "config": dict,
    "answers": dict,
    "deadline": (int, float),
    "checkpoint_id": str,
    "secret_keys": list,
}


def _failure_of(row: StoredRow) -> RunFailure | None:
    stored = row.json("failure", dict)
    if stored is None:
        return None
    if stored.keys() != _FAILURE or not all(isinstance(stored[key], str) for key in _SAID):
        raise UnreadableRow("its failure is JSON of another kind")
    return RunFailure(**stored)


_SAID = {"type", "message"}

_FAILURE = {*_SAID, "branch"}


def _interrupts_of(row: StoredRow) -> list[dict[str, Any]]:
    stored = row.json("interrupts", list) or []
    for question in stored:
        if not isinstance(question, dict) or not isinstance(question.get("id"), str):
            raise UnreadableRow("its interrupts are JSON of another kind")
    return stored


def _writes_of(row: StoredRow) -> tuple[str, bytes] | None:
    writes = row.maybe_bytes("reusable_writes")
    return None if writes is None else (row.text("reusable_writes_type"), writes)


def _beginning_of(row: RowMapping, reason: str) -> Run:
    """Return what lists show of a run that cannot be read, and what its end needs."""
    stored = StoredRow(row)
    run_id = clean_text(str(row["id"]))
    thread_id = stored.or_else(None, stored.maybe_text, "thread_id")
    request = RunRequest(
        owner=stored.or_else("", stored.text, "owner"),
        thread_id=thread_id,
        is_background=stored.or_else(False, stored.flag, "is_background"),
    )
    return Run(
        graph_id=stored.or_else("", stored.text, "graph_id"),
        request=request,
        id=run_id,
        created_at=stored.or_else(moment_of(run_id), stored.moment, "created_at"),
        ended_at=stored.or_else(None, stored.maybe_moment, "ended_at"),
        status=stored.or_else(RunStatus.ERROR, partial(stored.word, kind=RunStatus), "status"),
        attempt=stored.or_else(1, stored.number, "attempt"),
        unreadable=reason,
    )


def events_text(events: Sequence[Event]) -> str:
    """Return events as one column stores them."""
    return json_text([[event.id, event.type, event.data] for event in events])


def events_from_text(text: str | None) -> list[Event]:
    """Read what `events_text` wrote.

    Raises:
        UnreadableRow: it is something else.
    """
    stored = StoredRow({"events": text}).json("events", list) or []
    try:
        events = [Event(*parts) for parts in stored]
    except TypeError as error:
        raise UnreadableRow("its events are JSON of another kind") from error
    if not all(isinstance(one.id, int) and isinstance(one.data, dict) for one in events):
        raise UnreadableRow("its events are JSON of another kind")
    return events
