"""Graph input and output as a person reads it: labels and text, not JSON."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.view.measures import printable

_LONGEST_TEXT = 1500

_MOST_ITEMS = 12

_DEEPEST = 4


def readable(value: Any, *, depth: int = 0) -> RenderableType:
    """Draw any JSON value; long texts, long lists and deep nesting are cut and say so."""
    if depth >= _DEEPEST and isinstance(value, Mapping | list) and value:
        return Text("…", style="dim")
    if isinstance(value, Mapping) and value:
        return _labelled(value, depth)
    if isinstance(value, list) and value:
        return _listed(value, depth)
    return _plain(value)


def _plain(value: Any) -> Text:
    if value is None or value == [] or value == {}:
        return Text("none", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    text = printable(str(value)).strip()
    if len(text) <= _LONGEST_TEXT:
        return Text(text)
    start = text[:_LONGEST_TEXT].rsplit(maxsplit=1)[0]
    return Text(start).append(f" … ({len(text):,} characters in all)", style="dim")


def _labelled(value: Mapping[str, Any], depth: int) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="cyan" if depth == 0 else "dim", no_wrap=True, max_width=20)
    table.add_column(overflow="fold")
    for label, part in islice(value.items(), _MOST_ITEMS):
        table.add_row(Text(printable(label)), readable(part, depth=depth + 1))
    _tell_rest(table, value)
    return table


def _listed(value: Sequence[Any], depth: int) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for part in value[:_MOST_ITEMS]:
        table.add_row("-", readable(part, depth=depth + 1))
    _tell_rest(table, value)
    return table


def _tell_rest(table: Table, value: Mapping[str, Any] | Sequence[Any]) -> None:
    if (rest := len(value) - _MOST_ITEMS) > 0:
        table.add_row("", Text(f"… and {rest:,} more", style="dim"))
