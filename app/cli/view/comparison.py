"""What working side by side saved: measured by a run one at a time, beside what is computed."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.padding import Padding
from rich.table import Table

from app.cli.view.measures import as_time

_IDLE = ("skipped", "cancelled")


def draw_comparison(side_by_side: Mapping[str, Any], one_at_a_time: Mapping[str, Any]) -> Padding:
    """Compare two reports of one request; a figure that a report lacks is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    wall, computed = side_by_side.get("wall_ms"), side_by_side.get("sum_ms")
    measured = one_at_a_time.get("wall_ms")
    if measured:
        known = f", {as_time(computed)} computed" if computed else ""
        table.add_row("one at a time", f"{as_time(measured)} measured{known}")
    if wall and measured:
        known = f", {computed / wall:.2f}x computed" if computed else ""
        table.add_row("side by side", f"{as_time(wall)}: {measured / wall:.2f}x measured{known}")
    if _work_of(side_by_side) != _work_of(one_at_a_time):
        table.add_row("", "[dim]the two runs did not do the same work, so their times differ[/]")
    return Padding(table, (0, 1))


def _work_of(report: Mapping[str, Any]) -> Counter[tuple[str, int]]:
    """Count the rows that worked, by name and attempts."""
    rows = report.get("branches") or []
    return Counter(
        (str(row.get("name")), int(row.get("attempts") or 0))
        for row in rows
        if row.get("status") not in _IDLE
    )
