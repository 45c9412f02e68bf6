"""The results as a person reads them, and as a program does."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table

from tests.benchmarks.result import Result


def table_of(results: Sequence[Result], dev: Mapping[str, float]) -> Table:
    """Draw a row per result; `dev` holds what `langgraph dev` took for some of them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("row", "work"):
        table.add_column(heading)
    for heading in ("measured", "floor", "ratio", "limit", ""):
        table.add_column(heading, justify="right")
    if dev:
        table.add_column("langgraph dev", justify="right")
    for result in results:
        sign = "≤" if result.bound == "at most" else "≥"
        limit = f"{result.limit:g} {result.unit}" if result.ratio is None else f"{result.limit:g} x"
        cells = [
            result.row,
            result.work,
            _value(result.measured, result.unit),
            "" if result.floor is None else _value(result.floor, result.unit),
            "" if result.ratio is None else f"{result.ratio:.2f} x",
            f"{sign} {limit}",
            "[green]holds[/]" if result.holds else "[bold red]missed[/]",
        ]
        if dev:
            cells.append(_beside(result, dev))
        table.add_row(*cells)
    return table


def json_of(results: Sequence[Result], dev: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {
            **asdict(result),
            "ratio": result.ratio,
            "holds": result.holds,
            "langgraph_dev": dev.get(result.row),
        }
        for result in results
    ]


def _beside(result: Result, dev: Mapping[str, float]) -> str:
    if result.row not in dev:
        return ""
    value = dev[result.row]
    return f"{_value(value, result.unit)} ({value / result.measured:.3g} x ours)"


def _value(value: float, unit: str) -> str:
    return f"{value:,.{0 if abs(value) >= 100 else 2}f} {unit}"
