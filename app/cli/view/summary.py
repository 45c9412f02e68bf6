"""What came of a run: the figures of its report, and everything that went wrong."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from app.cli.problems import describe_problem
from app.cli.view.glyphs import status_glyph
from app.cli.view.measures import as_cost, as_time, counted, one_line
from app.cli.view.rows import Row

_TOO_LITTLE_WORK = "the overhead outweighs so little work"

_LITTLE_MS = 1000


def draw_figures(report: dict[str, Any], *, has_failed: bool, speedup_note: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    wall_ms, sum_ms = report.get("wall_ms") or 0.0, report.get("sum_ms") or 0.0
    table.add_row("wall time", f"{as_time(wall_ms)} for {as_time(sum_ms)} of work")
    if not has_failed:
        speedup = round(report.get("speedup") or 1.0, 2)
        note = _TOO_LITTLE_WORK if speedup < 1 and sum_ms < _LITTLE_MS else speedup_note
        table.add_row("speed-up", Text.assemble((f"{speedup:.2f}x", "bold"), (f"  {note}", "dim")))
    if cancelled_ms := report.get("cancelled_ms"):
        table.add_row("cancelled", f"{as_time(cancelled_ms)} of work that was not needed")
    if path := report.get("critical_path"):
        table.add_row("critical path", " > ".join(one_line(row_id) for row_id in path))
    tokens = report.get("tokens") or {}
    if any(tokens.values()):
        table.add_row("tokens", f"{tokens['input']:,} in, {tokens['output']:,} out")
    if cost := report.get("cost_usd"):
        table.add_row("cost", as_cost(cost))
    return table


def draw_troubles(rows: Sequence[Row], warnings: Sequence[str], end: dict[str, Any]) -> Table:
    """Draw each failure, warning and open question in a line of its own."""
    table = Table.grid(padding=(0, 1))
    for status, text in [*_failures(rows, end), *_questions(end)]:
        table.add_row(status_glyph(status), Text(text, overflow="fold"))
    for warning in warnings:
        table.add_row(status_glyph("degraded"), Text(one_line(warning), overflow="fold"))
    return table


def _failures(rows: Sequence[Row], end: dict[str, Any]) -> Iterator[tuple[str, str]]:
    problem = end.get("error") or {}
    if problem:
        yield "failed", describe_problem(problem)
    for row in rows:
        is_shown = row.row_id == problem.get("branch") or (problem and row.kind == "join")
        if row.error is None or is_shown:
            continue
        after = f" after {counted(row.attempts, 'attempt')}" if row.attempts > 1 else ""
        yield row.status, f"{row.label} {row.status}{after}: {row.error_line}"


def _questions(end: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if (nodes := end.get("next")) and not end.get("interrupts"):
        yield "interrupted", f"paused at a breakpoint; next: {one_line(', '.join(map(str, nodes)))}"
    for interrupt in end.get("interrupts") or []:
        question = interrupt.get("value", interrupt) if isinstance(interrupt, dict) else interrupt
        yield "interrupted", one_line(str(question))
