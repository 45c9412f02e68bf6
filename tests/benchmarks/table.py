"""The results as a person reads them, and as a program does."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from tests.benchmarks.result import Failure, Result

_FIGURES = ("measured", "floor", "ratio", "own share", "cpu", "floor cpu", "limit", "")


def table_of(results: Sequence[Result | Failure], dev: Mapping[str, float]) -> Table:
    """Draw a row per result; `dev` holds what `langgraph dev` took for some of them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("row", "work"):
        table.add_column(heading)
    for heading in _FIGURES:
        table.add_column(heading, justify="right")
    if dev:
        table.add_column("langgraph dev", justify="right")
    for result in results:
        table.add_row(*_cells(result, dev))
    return table


def json_of(results: Sequence[Result | Failure], dev: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        asdict(result)
        if isinstance(result, Failure)
        else {
            **asdict(result),
            "ratio": result.ratio,
            "own_share": result.own_share,
            "holds": result.holds,
            "langgraph_dev": dev.get(result.row),
        }
        for result in results
    ]


def value_of(value: float | None, unit: str) -> str:
    """Write a value with its unit; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:,.{0 if abs(value) >= 100 else 2}f} {unit}"


def _cells(result: Result | Failure, dev: Mapping[str, float]) -> list[str]:
    if isinstance(result, Failure):
        empty = [""] * (len(_FIGURES) - 1)
        return [result.row, escape(result.error), *empty, "[bold red]error[/]"]
    return [
        result.row,
        result.work,
        value_of(result.measured, result.unit),
        value_of(result.floor, result.unit),
        value_of(result.ratio, "x"),
        value_of(result.own_share, result.unit),
        value_of(result.cpu_ms, "ms"),
        value_of(result.floor_cpu_ms, "ms"),
        _limit(result),
        "[green]holds[/]" if result.holds else "[bold red]missed[/]",
        *([_beside(result, dev)] if dev else []),
    ]


def _limit(result: Result) -> str:
    sign = "≤" if result.bound == "at most" else "≥"
    is_of_ratio = result.ratio is not None and result.limits == "ratio"
    return f"{sign} {result.limit:g} {'x' if is_of_ratio else result.unit}"


def _beside(result: Result, dev: Mapping[str, float]) -> str:
    if result.row not in dev:
        return ""
    value = dev[result.row]
    return f"{value_of(value, result.unit)} ({value / result.measured:.3g} x ours)"
