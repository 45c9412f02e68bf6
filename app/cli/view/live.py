"""The live view of one run: a row per branch on a common axis of time, then what came of it.

Fed with the events of a stream; knows nothing of HTTP or of the terminal it is drawn on.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.padding import Padding
from rich.text import Text

from app.cli.view.glyphs import status_glyph
from app.cli.view.measures import as_time, counted, one_line
from app.cli.view.picture import draw_rows
from app.cli.view.rows import Row, in_order_of_work, node_of
from app.cli.view.summary import draw_figures, draw_troubles
from app.cli.view.timeline import axis_length
from app.cli.view.values import readable

_WIDEST = 110

_LINES_BESIDE_ROWS = 6

_FEWEST_ROWS = 4

_ENDINGS = {
    "success": ("ok", "done in"),
    "error": ("failed", "failed after"),
    "timeout": ("timeout", "timed out after"),
    "cancelled": ("cancelled", "cancelled after"),
    "interrupted": ("interrupted", "waits for an answer after"),
}


class RunView:
    """What is known of a run so far, drawable at any moment; `speedup_note` explains the figure."""

    def __init__(
        self, graph_id: str, *, speedup_note: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.graph_id = graph_id
        self.report: dict[str, Any] | None = None
        self.output: Any = None
        self.end: dict[str, Any] | None = None
        self._speedup_note = speedup_note
        self._clock = clock
        self._started = clock()
        self._ended: float | None = None
        self._rows: list[Row] = []
        self._by_id: dict[str, Row] = {}

    @property
    def has_failed(self) -> bool:
        """Whether the run ended in anything but an answer or a question."""
        return self.end is None or self.end.get("status") not in {"success", "interrupted"}

    @property
    def rows(self) -> list[Row]:
        """Every row, in the order of the work: nodes, branches, their join, what follows it."""
        return in_order_of_work(self._rows)

    def handle(self, event: str, data: dict[str, Any]) -> None:
        """Take in one event; unknown names are ignored, and a report settles what came before."""
        match event:
            case "run_started":
                self._declare(data)
            case "output":
                self.output = data.get("output")
            case "report":
                self.report = data
                for reported in data.get("branches", []):
                    self._row(reported).finish(reported)
            case "end":
                self._close(data)
            case _:
                self._handle_row(event, data)

    def _handle_row(self, event: str, data: dict[str, Any]) -> None:
        match event:
            case "branch_queued":
                self._row(data)
            case "branch_started" | "join_started":
                self._row(data).start(data)
            case "branch_attempt" if row := self._by_id.get(data.get("id", "")):
                row.try_again(data)
            case "token" if row := self._by_id.get(data.get("branch", "")):
                row.add_text(data)
            case "branch_finished" | "join_finished":
                self._row(data).finish(data)

    def _declare(self, data: dict[str, Any]) -> None:
        self._started = self._clock()
        for kind, names in (("branch", data.get("branches")), ("join", data.get("joins"))):
            for name in names or []:
                if all(row.name != name for row in self._rows):
                    self._add(name, kind)

    def _close(self, data: dict[str, Any]) -> None:
        self.end = data
        self._ended = self._clock()
        for row in self._rows:
            row.close()

    def _row(self, data: dict[str, Any]) -> Row:
        """Find the row by its id, else give the id to the one declared under this name."""
        row_id, name = data["id"], data["name"]
        if (row := self._by_id.get(row_id)) is None:
            node, is_inner = node_of(data), data.get("parent") is not None
            declared = (
                row
                for row in self._rows
                if row.row_id is None and row.name == node and not is_inner
            )
            row = next(declared, None) or self._add(name, data.get("kind", "branch"))
            row.take_place(data)
            self._by_id[row_id] = row
        return row

    def _add(self, name: str, kind: str) -> Row:
        row = Row(name, kind, order=len(self._rows))
        self._rows.append(row)
        return row

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the run: within the height of the terminal while it runs, then all of it."""
        now_ms = self._now_ms()
        parts = [self._heading(now_ms), *self._outcome()]
        if self._rows:
            room = max(_FEWEST_ROWS, options.size.height - _LINES_BESIDE_ROWS)
            rows = draw_rows(
                self.rows,
                now_ms=now_ms,
                axis_ms=axis_length(now_ms) if self.end is None else now_ms,
                room=room if self.end is None else None,
            )
            parts[1:1] = [Text(), rows]
        yield Constrain(Group(*parts), _WIDEST)

    def _now_ms(self) -> float:
        if self.report is not None:
            return float(self.report.get("wall_ms") or 0.0)
        return ((self._ended or self._clock()) - self._started) * 1000

    def _heading(self, now_ms: float) -> Text:
        heading = Text.assemble((one_line(self.graph_id), "bold"), "  ")
        if self.end is None:
            return heading.append(self._plan(), style="dim")
        status, words = _ENDINGS.get(self.end.get("status", ""), ("failed", "ended after"))
        if self.end.get("degraded") and status == "ok":
            status, words = "degraded", "degraded, done in"
        return heading.append(f"{words} {as_time(now_ms)}", style=status_glyph(status).style)

    def _plan(self) -> str:
        top = [row for row in self._rows if row.parent is None]
        branches = [row for row in top if row.kind == "branch"]
        joins = [row.label for row in top if row.kind == "join"]
        if not branches:
            return "started"
        plan = f"{counted(len(branches), 'branch')} side by side"
        return f"{plan}, then {', '.join(joins)}" if joins else plan

    def _outcome(self) -> Iterator[RenderableType]:
        if self.end is None:
            return
        report = self.report or {}
        troubles = draw_troubles(self.rows, report.get("warnings", []), self.end)
        parts: list[RenderableType] = [troubles] if troubles.row_count else []
        if self.report is not None:
            parts.append(
                draw_figures(
                    self.report, has_failed=self.has_failed, speedup_note=self._speedup_note
                )
            )
        if self.output is not None:
            parts.append(readable(self.output))
        for part in parts:
            yield Text()
            yield Padding(part, (0, 1))
