"""The bar of a fetch, drawn into a text."""

import io

from rich.console import Console
from rich.progress import Progress

from app.cli.view.fetch_bar import FetchBar


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
