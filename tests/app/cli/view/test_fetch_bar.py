"""The bar of a fetch, drawn into a text."""

import io

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from app.cli.view.fetch_bar import FetchBar, progress_on


def test_bar_shows_bytes_and_stage_and_goes_back_for_another_source() -> None:
    drawn = io.StringIO()
    bars = Progress("{task.description} {task.completed}/{task.total}", console=Console(file=drawn))
    bar = FetchBar(bars)

    bar("official file", 900, 1000)
    bar("chunk package 1 of 2", 0, 1000)
    bar("chunk package 2 of 2", 500, 1000)
    bar.close()

    assert drawn.getvalue().split("\n")[0].strip() == "chunk package 2 of 2 500/1000"


def test_bar_of_no_fetch_draws_nothing() -> None:
    drawn = io.StringIO()

    FetchBar(Progress(console=Console(file=drawn))).close()

    assert drawn.getvalue() == ""


def test_longest_line_of_the_bar_fits_80_columns() -> None:
    drawn = io.StringIO()
    bar = FetchBar(progress_on(Console(file=drawn, width=80, force_terminal=True)))

    bar("waiting for another fetch", 999_900_000, 999_900_000_000)
    bar.close()

    last = Text.from_ansi(drawn.getvalue()).plain.strip().splitlines()[-1].strip()
    assert last.startswith("waiting for another fetch ")
    assert "1.0/999.9 GB" in last
    assert last.endswith(":--")
    assert len(last) <= 80
