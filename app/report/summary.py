"""What the rows of a run add up to, and what is missing among them."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

from app.graphs.shape import Shape
from app.report.critical_path import Inside, critical_path, rows_by_parent, stretches
from app.report.missing import degrades, missing_among
from app.report.rows import Row
from app.report.usage import Usage


def summarize(
    rows: Sequence[Row], wall: float, *, has_ended: bool, warnings: Sequence[str]
) -> dict[str, Any]:
    """Return the report of these rows; `wall` are the milliseconds the run took."""
    total = Usage()
    for row in rows:
        if row.parent is None:
            total.add(row.usage)
    inside = rows_by_parent(rows)
    by_use = {True: 0.0, False: 0.0}
    for row in rows:
        if row.status != "skipped":
            by_use[not _is_useless(row)] += _own_work(row, inside.get(row.id, []))
    useful = by_use[True]
    return {
        "wall_ms": round(wall, 1),
        "sum_ms": round(useful, 1),
        "cancelled_ms": round(by_use[False], 1),
        "speedup": round(useful / wall, 2) if wall and _is_side_by_side(rows, inside) else 1.0,
        "critical_path": [row.id for row in critical_path(inside)],
        "degraded": any(map(degrades, rows)),
        "missing": missing_among(rows, has_ended=has_ended),
        "warnings": list(warnings),
        "tokens": total.tokens,
        "cost_usd": total.cost_usd,
        "branches": [row.as_json() for row in rows],
    }


def joins_that_never_ran(shape: Shape, ran: Collection[str]) -> Iterator[str]:
    """Explain for each join that had predecessors and never ran why that is."""
    for awaited, join in shape.list_joins:
        if awaited & set(ran) and join not in ran:
            missing = ", ".join(sorted(awaited - set(ran))) or "one of them"
            yield (
                f"{join} waited for {', '.join(sorted(awaited))} and never ran, because "
                f"{missing} did not finish: give each its own edge to {join}"
            )


def _own_work(row: Row, inner: Sequence[Row]) -> float:
    """Return how long a row worked itself: while nothing inside it did, or waited to."""
    if not inner or row.started is None or row.ended is None:
        return row.duration_ms
    covered, until = 0.0, row.started
    spans = [(one.started if one.scheduled is None else one.scheduled, one.ended) for one in inner]
    for began, ended in sorted((began or 0.0, ended or 0.0) for began, ended in spans):
        covered += max(0.0, min(ended, row.ended) - max(began, until))
        until = max(until, ended)
    return max(0.0, row.duration_ms - covered)


def _is_useless(row: Row) -> bool:
    """Whether nothing came of a row: it was cancelled, or what it ran in was."""
    return row.status == "cancelled" or (row.parent is not None and _is_useless(row.parent))


def _is_side_by_side(rows: Sequence[Row], inside: Inside) -> bool:
    """Whether anything ran beside something else: in one step, or in graphs that one node calls."""
    steps = Counter((row.namespace, row.step) for row in rows if row.scheduled is not None)
    if any(count > 1 for count in steps.values()):
        return True
    calls = (sorted(stretches(inner), key=lambda one: one.began) for inner in inside.values())
    return any(one.ended > other.began for some in calls for one, other in pairwise(some))
