"""The rows of a run drawn as a table: sign, name, time, bar, and a note."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from app.cli.view.glyphs import BRANCH, FORK, JOIN, NOTHING, PAST, Glyph, spinner, status_glyph
from app.cli.view.measures import as_time, one_line
from app.cli.view.rows import Row
from app.cli.view.timeline import Axis, Bar

_LONGEST_NAME = 24

_URGENCY = {"running": 0, "failed": 1, "timeout": 1, "waiting": 3}


def draw_rows(rows: Sequence[Row], *, now_ms: float, axis_ms: float, room: int | None) -> Table:
    """Draw the rows; with more of them than `room`, those that matter now and a count."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=_LONGEST_NAME)
    table.add_column(no_wrap=True, justify="right", min_width=6)
    table.add_column(no_wrap=True, ratio=3)
    table.add_column(no_wrap=True, ratio=2)
    shown = _most_telling(rows, room)
    for rail, row in zip(_rails(shown), shown, strict=True):
        table.add_row(
            rail,
            spinner(now_ms) if row.is_running else status_glyph(row.status),
            Text(row.label_in_tree, style="bold" if row.kind == "join" else ""),
            as_time(row.elapsed_ms(now_ms)) if row.has_started else "",
            _bar(row, now_ms, axis_ms) if row.has_started else "",
            Note(row),
        )
    table.add_row("", "", "", "", Axis(axis_ms), Text(_hidden(rows, shown), style="dim"))
    return table


@dataclass(frozen=True)
class Note:
    """What else there is to say of a row, in one line: its remarks, then the newest text."""

    row: Row

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = "" if self.row.is_running else status_glyph(self.row.status).style
        note = Text(no_wrap=True, overflow="ellipsis", style="dim")
        for index, remark in enumerate(self.row.remarks()):
            note.append(", " if index else "")
            note.append(remark, style=style if index == 0 and self.row.status != "ok" else "")
        if self.row.is_running and self.row.text:
            note.append(", " if note else "")
            note.append(_end_of(one_line(self.row.text), options.max_width - note.cell_len))
        yield note

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(8, options.max_width), options.max_width)


def _bar(row: Row, now_ms: float, axis_ms: float) -> Bar:
    end_ms = row.started_ms + row.elapsed_ms(now_ms)
    return Bar(row.started_ms, end_ms, axis_ms, status_glyph(row.status).style)


def _rails(rows: Sequence[Row]) -> list[Glyph]:
    """The line that ties branches to their join, past what runs inside them."""
    rails = []
    before = ""
    for row in rows:
        if row.depth:
            rails.append(PAST if before == "branch" else NOTHING)
            continue
        rails.append(_rail(before, row.kind))
        before = row.kind
    return rails


def _rail(before: str, kind: str) -> Glyph:
    match before, kind:
        case "branch", "join":
            return JOIN
        case "branch", "branch":
            return BRANCH
        case _, "branch":
            return FORK
        case _:
            return NOTHING


def _most_telling(rows: Sequence[Row], room: int | None) -> Sequence[Row]:
    if room is None or len(rows) <= room:
        return rows
    ranked = sorted(rows, key=_rank)
    chosen = {id(row) for row in ranked[:room]}
    return [row for row in rows if id(row) in chosen]


def _rank(row: Row) -> tuple[int, int]:
    is_join = row.kind == "join" and not row.depth
    return -1 if is_join else _URGENCY.get(row.status, 2), row.depth


def _hidden(rows: Sequence[Row], shown: Sequence[Row]) -> str:
    hidden = Counter(row.status for row in rows) - Counter(row.status for row in shown)
    return f"and {', '.join(f'{n} {status}' for status, n in hidden.items())}" if hidden else ""


def _end_of(text: str, width: int) -> str:
    """The newest words that fit into `width` cells."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return f"…{text}"
