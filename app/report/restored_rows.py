"""Rows of a run that continues after a crash, from its events and its checkpoint."""

from collections.abc import Mapping
from typing import Any

from app.graphs.namespaces import path_of
from app.graphs.shape import Shape
from app.graphs.wire import own_writes
from app.report.rows import Row, Usage, result_of


def rows_from_events(finished: Mapping[str, Mapping[str, Any]], shape: Shape) -> dict[str, Row]:
    """Return the rows of `branch_finished` events by checkpoint_ns, the outer ones first.

    The events do not say the step: rows that overlap in time count as one.
    """
    rows = {ns: _row_from_event(ns, data, shape) for ns, data in finished.items()}
    in_order = sorted(rows.items(), key=lambda item: (len(item[1].path), item[1].started or 0.0))
    ends: dict[str, tuple[int, float]] = {}
    for _, row in in_order:
        step, end = ends.get(row.parent, (0, row.ended or 0.0))
        if (row.started or 0.0) >= end and row.parent in ends:
            step += 1
        row.step = step
        ends[row.parent] = step, max(end, row.ended or 0.0)
    return dict(in_order)


def row_from_checkpoint(ns: str, row_id: str, writes: Any, shape: Shape, now: float) -> Row:
    """Return the row of a task of which only the writes in the checkpoint are known."""
    path = path_of(ns)
    return Row(
        id=row_id,
        path=path,
        kind=shape.kind(path),
        parent=ns.rpartition("|")[0],
        scheduled=now,
        ended=now,
        status="cached",
        result=result_of(own_writes(writes)),
    )


def _row_from_event(ns: str, event: Mapping[str, Any], shape: Shape) -> Row:
    path, tokens = path_of(ns), event["tokens"]
    usage = Usage(None, None, event["cost_usd"], calls=1)
    if tokens is not None:
        usage.input, usage.output = tokens["input"], tokens["output"]
        usage.calls = 1 if any(tokens.values()) else 0
    return Row(
        id=event["id"],
        path=path,
        kind=shape.kind(path),
        parent=ns.rpartition("|")[0],
        scheduled=event["started_ms"] - event["queued_ms"],
        started=event["started_ms"],
        ended=event["started_ms"] + event["duration_ms"],
        status=event["status"],
        attempts=event["attempts"],
        error=event["error"],
        result=event["result"],
        usage=usage,
        label=event["name"] if event["name"] != path[-1] else None,
    )
