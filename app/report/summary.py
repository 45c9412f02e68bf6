"""What the rows of a run add up to, and what is missing among them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from app.graphs.shape import Shape
from app.report.rows import Row, Usage


def summarize(
    rows: Sequence[Row], wall: float, *, is_degraded: bool, warnings: Sequence[str]
) -> dict[str, Any]:
    """Return the report of these rows; `wall` are the milliseconds the run took."""
    total = Usage()
    for row in rows:
        if row.parent == "":
            total.add(row.usage)
    work = sum(row.duration_ms for row in rows if not row.has_inner_rows)
    by_step: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        by_step[row.parent, row.step].append(row)
    side_by_side = [group for group in by_step.values() if len(group) > 1]
    for group in side_by_side:
        for row in group:
            row.kind = "branch" if row.kind == "node" else row.kind
    longest = {
        key: max(group, key=lambda row: row.ended or 0.0)
        for key, group in by_step.items()
        if key[0] == ""
    }
    return {
        "wall_ms": round(wall, 1),
        "sum_ms": round(work, 1),
        "speedup": round(work / wall, 2) if side_by_side and wall else 1.0,
        "critical_path": [longest[key].id for key in sorted(longest)],
        "degraded": is_degraded,
        "warnings": list(warnings),
        "tokens": total.tokens,
        "cost_usd": total.cost,
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
