"""This checkout against another commit: every row of both, measured by turns in one go."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from statistics import median
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.benchmarks.checkout import Checkout, CheckoutFailed, checkouts, resolve
from tests.benchmarks.pairs import NEAR_ZERO, Comparison, NotComparable, compare, exit_status
from tests.benchmarks.table import value_of

_WIDTH = 140
_INTERRUPTED = 130


def compare_with(commit: str, rows: Sequence[str], *, pairs: int, as_json: bool) -> int:
    """Print both medians of every row and their difference; return the exit status."""
    progress = Console(stderr=True)
    try:
        with _interrupted_once():
            compared = _compare_all(resolve(commit), rows, pairs, progress)
    except CheckoutFailed as failed:
        progress.print(escape(str(failed)))
        return 1
    except KeyboardInterrupt:
        progress.print("interrupted: the checkout is removed, and nothing runs any more")
        return _INTERRUPTED
    if as_json:
        sys.stdout.write(json.dumps(_json_of(compared), indent=2) + "\n")
    else:
        console = Console(width=_WIDTH)
        console.print(
            f"Medians of {pairs}, here and at {escape(commit)}; median difference of the pairs"
        )
        console.print(_table_of(compared))
    return exit_status(compared)


def _compare_all(
    commit: str, rows: Sequence[str], pairs: int, progress: Console
) -> list[Comparison | NotComparable]:
    compared: list[Comparison | NotComparable] = []
    progress.print(f"installing {commit[:7]} ...")
    with checkouts(commit) as (here, there):
        for number, row in enumerate(rows, 1):
            progress.print(f"{number} of {len(rows)}: {row}, {pairs} pairs ...")
            compared += _compare_row(row, here, there, pairs)
    return compared


def _compare_row(
    row: str, here: Checkout, there: Checkout, pairs: int
) -> list[Comparison | NotComparable]:
    """Measure by turns: the side that is first in one pair is second in the next."""
    results: dict[Checkout, list[Any]] = {there: [], here: []}
    if row in NEAR_ZERO:
        pairs = 0  # not worth the time
    for number in range(pairs):
        for side in (there, here) if number % 2 == 0 else (here, there):
            results[side].append(side.measure(row))
            if "error" in results[side][-1]:
                return compare(row, results[here], results[there])
    return compare(row, results[here], results[there])


def _table_of(compared: Sequence[Comparison | NotComparable]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("row")
    for heading in ("here", "there", "difference", "pairs worse", ""):
        table.add_column(heading, justify="right")
    for each in compared:
        table.add_row(*_cells(each))
    return table


def _cells(each: Comparison | NotComparable) -> list[str]:
    if isinstance(each, NotComparable):
        verdict = "[bold red]failed[/]" if each.failed_here else "not comparable"
        return [each.row, "", "", escape(each.reason), "", verdict]
    return [
        each.row,
        value_of(median(each.here), each.unit),
        value_of(median(each.there), each.unit),
        f"{each.difference_percent:+.1f} %",
        f"{each.pairs_worse} of {len(each.here)}",
        "[bold red]worse[/]" if each.is_worse else "",
    ]


def _json_of(compared: Sequence[Comparison | NotComparable]) -> list[dict[str, Any]]:
    return [
        asdict(each)
        if isinstance(each, NotComparable)
        else {
            **asdict(each),
            "difference_percent": each.difference_percent,
            "is_worse": each.is_worse,
        }
        for each in compared
    ]


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal to end; ignore the next: cleaning up goes on."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: Any) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
