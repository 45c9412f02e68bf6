"""Bars on a common axis."""

from io import StringIO

import pytest
from rich.console import Console

from app.cli.view.timeline import Bar, axis_length


def drawn(bar: Bar, *, width: int = 10) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(bar, end="")
    return capture.get().removesuffix("\n")


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "line"),
    [
        (0, 100, "━━━━━━━━━━"),
        (0, 50, "━━━━━     "),
        (50, 100, "     ━━━━━"),
        (5, 25, "╺━╸       "),
        (0, 0, "╸         "),
        (100, 100, "         ╺"),
        (200, 300, "         ╺"),
    ],
)
def test_bar_lies_where_its_times_are(start_ms: float, end_ms: float, line: str) -> None:
    assert drawn(Bar(start_ms, end_ms, 100, "green")) == line


def test_bar_on_an_empty_axis_is_still_seen() -> None:
    assert drawn(Bar(0, 0, 0, "green")).strip()


@pytest.mark.parametrize(
    ("now_ms", "length_ms"),
    [(0, 1_000), (1_001, 2_000), (29_000, 30_000), (30_001, 60_000), (7_200_000, 7_200_000)],
)
def test_axis_of_a_running_run_ends_at_the_next_round_time(now_ms: float, length_ms: float) -> None:
    assert axis_length(now_ms) == length_ms
