"""Converts runs to and from database rows."""

from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import RowMapping

from app.plain_json import clean_text
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunFailure, RunFigures, RunStatus, moment_of
from app.storage.columns import json_text, microseconds
from app.storage.stored_row import StoredRow, UnreadableRow, require_kind
from app.storage.tables import WAITS_FOR_THREAD


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
        "holder": None,
        "waits_for": WAITS_FOR_THREAD
        if request.may_wait_for_thread and request.thread_id
        else None,
        "not_before": request.not_before,
    }


def finished_row(run: Run) -> dict[str, Any]:
    """Return what a run's end changes in its row, but for its last events."""
    writes_type, writes = run.reusable_writes or (None, None)
    return {
        "status": str(run.status),
        "waits_for": None,
        "ended_at": run.ended_at,
        "started_at": run.started_at,
        "last_event": run.last_event,
        "failure": None if run.failure is None else json_text(asdict(run.failure)),
        "interrupts": json_text(_pause_of(run)) if run.is_paused else None,
        "output": None if run.output is None else json_text(run.output),
        "report": json_text(run.report) if run.report else None,
        "reusable_writes_type": writes_type,
        "reusable_writes": writes,
    }


def _pause_of(run: Run) -> dict[str, Any]:
    return {"questions": run.interrupts, "next": run.next}


def figures_row(run: Run) -> dict[str, Any] | None:
    """Return what a run that is over is searched by; None where it has no report."""
    if not run.report:
        return None
    tokens = run.report.get("tokens") or {}
    return {
        "run_id": run.id,
        "is_degraded": run.is_degraded,
        "wall_ms": float(run.report.get("wall_ms") or 0.0),
        "tokens_in": _countable(tokens.get("input")),
        "tokens_out": _countable(tokens.get("output")),
        "cost_usd": run.report.get("cost_usd"),
    }


_MOST_TOKENS = 2**40


def _countable(tokens: int | None) -> int | None:
    return None if tokens is None else min(tokens, _MOST_TOKENS)


def stats_rows(run: Run) -> list[dict[str, Any]]:
    """Return the rows of a run's branches for statistics."""
    of_run = {
        "run_id": run.id,
        "owner": run.request.owner,
        "graph_id": run.graph_id,
        "ended_at": None if run.ended_at is None else microseconds(run.ended_at),
    }
    return [of_run | row for row in run.branch_stats]


def run_from_row(row: RowMapping) -> Run:
    """Read a row of `runs`; large columns that were not selected count as empty.

    A run whose row cannot be read says so in `unreadable`, and has what could be read of it.
    """
    try:
        return _read(StoredRow(row))
    except UnreadableRow as error:
        return _beginning_of(row, str(error))


def _read(row: StoredRow) -> Run:
    interrupts, nodes = _read_pause(row)
    return Run(
        graph_id=row.text("graph_id"),
        request=_request_of(row),
        id=row.text("id"),
        created_at=row.moment("created_at"),
        ended_at=row.maybe_moment("ended_at"),
        status=row.word("status", RunStatus),
        output=row.json("output", object),
        failure=_failure_of(row),
        interrupts=interrupts,
        next=nodes,
        report=row.json("report", dict) or {},
        attempt=row.number("attempt"),
        releases=row.number("releases"),
        cancel_requested=row.flag("cancel_requested"),
        reusable_writes=_writes_of(row),
        last_event=row.number("last_event"),
        started_at=row.maybe_moment("started_at"),
        figures=_figures_of(row),
    )


def _figures_of(row: StoredRow) -> RunFigures | None:
    if row.maybe_float("wall_ms") is None:
        return None
    return RunFigures(
        is_degraded=row.flag("is_degraded"),
        wall_ms=row.maybe_float("wall_ms") or 0.0,
        tokens_in=row.maybe_number("tokens_in"),
        tokens_out=row.maybe_number("tokens_out"),
        cost_usd=row.maybe_float("cost_usd"),
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
        may_wait_for_thread=row.maybe_text("waits_for") is not None,
        not_before=row.maybe_moment("not_before"),
        idempotency_key=None if key is None else IdempotencyKey(key, row.text("request_hash")),
    )


_KINDS: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "context": dict,
    "config": dict,
    "answers": dict,
    "deadline": (int, float),
    "deadline_ms": int,
    "checkpoint_id": str,
    "secret_keys": list,
    "again": list,
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


def _read_pause(row: StoredRow) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a run's questions and the nodes it goes on with; earlier versions stored a list."""
    stored: Any = row.json("interrupts", object) or []
    pause = stored if isinstance(stored, dict) else {"questions": stored, "next": []}
    match pause:
        case {"questions": list(questions), "next": list(nodes)}:
            if all(map(_is_question, questions)) and all(map(_is_name, nodes)):
                return questions, nodes
    raise UnreadableRow("its interrupts are JSON of another kind")


def _is_question(stored: Any) -> bool:
    return isinstance(stored, dict) and isinstance(stored.get("id"), str)


def _is_name(stored: Any) -> bool:
    return isinstance(stored, str)


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
