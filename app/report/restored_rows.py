"""Rows of a run that continues after a crash, from its events and its checkpoint."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.graphs.namespaces import path_of
from app.graphs.wire import own_writes
from app.report.reuse import ReusableWrites
from app.report.row_book import RowBook
from app.report.rows import Row, result_of
from app.report.tries import Tries
from app.report.usage import Usage


def restore_rows(
    book: RowBook,
    finished: Sequence[Mapping[str, Any]],
    writes: Mapping[str, Any],
    now: float,
) -> Iterator[Row]:
    """Put the rows of an earlier attempt into the book; yield those whose end was never told.

    `finished` are `branch_finished` events, `writes` what the checkpoint has of tasks.
    """
    outer_first = sorted(finished, key=lambda event: event["id"].count("/"))
    rows = [_row_from_event(book, event["ns"], event) for event in outer_first]
    over = {row.ns for row in rows if not _runs_again(row)}
    steps = _number_steps(rows)
    under_way = {ns.rpartition("|")[0] for ns in writes if ns in over}
    for namespace, step in steps.items():
        book.steps.resume(namespace, step, is_over=namespace not in under_way)
    for row in rows:
        if row.parent is not None and row.parent.ended is None:
            row.parent.usage.add(row.usage)
    for ns in writes.keys() - over:
        known = book.find(ns)
        row = known if known is not None and known.ended is None else book.add(ns)
        row.scheduled = row.started = row.ended = now
        row.status, row.result = "cached", result_of(own_writes(writes[ns]))
        yield row


def _runs_again(row: Row) -> bool:
    """Whether LangGraph runs the task of a row once more: it raised, and was no kit's branch."""
    return row.required is None and row.status in ("failed", "timeout", "cancelled")


def reuse_restored(
    reusable: ReusableWrites,
    rows: Iterable[Row],
    finished: Sequence[Mapping[str, Any]],
    earlier_writes: Mapping[str, Any],
) -> None:
    """Let a later retry reuse what restored rows wrote, as far as a checkpoint still has it."""
    ended_ids = {event["id"] for event in finished}
    ended = [row for row in rows if row.id in ended_ids]
    for row in sorted(ended, key=lambda row: (row.ended or 0.0, -len(row.path))):  # inner first
        if row.ns not in earlier_writes:
            row.reuse_key = None
        reusable.add(row, own_writes(earlier_writes.get(row.ns)), row.around())


def _number_steps(rows: list[Row]) -> dict[str, int]:
    """Number the steps of restored rows, and return the last of each namespace.

    The events do not say the step: rows that overlap in time count as one.
    """
    ends: dict[str, tuple[int, float]] = {}
    for row in sorted(rows, key=lambda row: row.started or 0.0):
        step, end = ends.get(row.namespace, (0, row.ended or 0.0))
        if (row.started or 0.0) >= end and row.namespace in ends:
            step += 1
        row.step = step
        ends[row.namespace] = step, max(end, row.ended or 0.0)
    return {namespace: step for namespace, (step, _) in ends.items()}


def _row_from_event(book: RowBook, ns: str, event: Mapping[str, Any]) -> Row:
    """Restore a row; an event of an earlier version does not say its place and its attempts."""
    tokens = event["tokens"]
    cost = event["cost_usd"]
    usage = Usage(None, None, None if cost is None else Decimal(str(cost)), calls=1)
    if tokens is not None:
        usage.input, usage.output = tokens["input"], tokens["output"]
        usage.calls = 1 if any(tokens.values()) else 0
    parent, own = book.around(ns, event.get("parent")), path_of(ns)
    is_call = parent is not None and len(own) <= len(parent.path)
    row = Row(
        id=event["id"],
        path=own if parent is None else (*parent.path, own[-1]),
        kind=event["kind"],
        namespace=f"{parent.ns}|" if parent and is_call else ns.rpartition("|")[0],
        ns=ns,
        name=event["name"],
        parent=parent,
        item=event.get("item"),
        label=event.get("label"),
        required=event.get("required"),
        scheduled=event["started_ms"] - event["queued_ms"],
        started=event["started_ms"],
        ended=event["started_ms"] + event["duration_ms"],
        status=event["status"],
        attempts=event["attempts"],
        tries=Tries.from_json(event.get("tries") or []),
        error=event["error"],
        result=event["result"],
        usage=usage,
    )
    book.restore(row)
    _restore_reuse(row, event)
    return row


def _restore_reuse(row: Row, event: Mapping[str, Any]) -> None:
    """Restore what `Row.reuse_as_json` said: nothing of a node that is no branch of the kit.

    An event of an earlier version does not say which one is.
    """
    if (reuse := event.get("reuse")) is not None:
        row.reuse_key, row.required = reuse["key"], reuse["required"]
        row.attempt_around = reuse["of_attempt"]
    else:
        row.required = True if row.kind == "branch" and "required" not in event else None
