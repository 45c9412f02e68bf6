"""Rows of a run that goes on after a crash: what its earlier attempts told, and what was kept."""

from collections.abc import Mapping
from typing import Any

from app.graphs.shape import Path, Shape
from app.graphs.wire import own_writes
from app.report.rows import Row, Usage, result_of


def path_of(place: str) -> Path:
    """Return the names of the nodes that lead to a task, from its checkpoint namespace."""
    segments = [part for part in place.split("|") if not part.isdigit()]
    return tuple(segment.rpartition(":")[0] or segment for segment in segments)


def place_around(place: str) -> str:
    """Return the place of the task whose sub-graph this one runs in."""
    segments = place.split("|")[:-1]
    while segments and segments[-1].isdigit():
        segments.pop()
    return "|".join(segments)


def told_rows(told: Mapping[str, Mapping[str, Any]], shape: Shape) -> dict[str, Row]:
    """Return the rows of `branch_finished` events by place, the outer ones first.

    Steps were not told: rows that overlap in time count as one.
    """
    rows = {place: _told_row(place, data, shape) for place, data in told.items()}
    in_order = sorted(rows.items(), key=lambda item: (len(item[1].path), item[1].started or 0.0))
    ends: dict[str, tuple[int, float]] = {}
    for _, row in in_order:
        step, end = ends.get(row.parent, (0, row.ended or 0.0))
        if (row.started or 0.0) >= end and row.parent in ends:
            step += 1
        row.step = step
        ends[row.parent] = step, max(end, row.ended or 0.0)
    return dict(in_order)


def kept_row(place: str, row_id: str, writes: Any, shape: Shape, now: float) -> Row:
    """Return the row of a task whose writes were kept, and of which nothing else is known."""
    path = path_of(place)
    return Row(
        id=row_id,
        path=path,
        kind=shape.kind(path),
        parent=place.rpartition("|")[0],
        scheduled=now,
        ended=now,
        status="cached",
        result=result_of(own_writes(writes)),
    )


def _told_row(place: str, told: Mapping[str, Any], shape: Shape) -> Row:
    path, tokens = path_of(place), told["tokens"]
    usage = Usage(None, None, told["cost_usd"], calls=1)
    if tokens is not None:
        usage.input, usage.output = tokens["input"], tokens["output"]
        usage.calls = 1 if any(tokens.values()) else 0
    return Row(
        id=told["id"],
        path=path,
        kind=shape.kind(path),
        parent=place.rpartition("|")[0],
        scheduled=told["started_ms"] - told["queued_ms"],
        started=told["started_ms"],
        ended=told["started_ms"] + told["duration_ms"],
        status=told["status"],
        attempts=told["attempts"],
        error=told["error"],
        result=told["result"],
        usage=usage,
        label=told["name"] if told["name"] != path[-1] else None,
    )
