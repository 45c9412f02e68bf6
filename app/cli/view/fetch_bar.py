"""The progress bar of a fetch of weights."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

_BAR_WIDTH = 18


class FetchBar:
    """Draws a fetch; a source that starts again at less moves the bar back."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None
        self._done = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Draw the new state."""
        if self._task is None:
            self._bars.start()
            self._task = self._bars.add_task(stage, completed=done, total=total)
        elif done < self._done:
            self._bars.reset(self._task, completed=done)
        self._bars.update(self._task, description=stage, completed=done, total=total)
        self._done = done

    def close(self) -> None:
        """Leave the last state on the screen, or nothing if nothing was fetched."""
        if self._task is not None:
            self._bars.stop()


def progress_on(console: Console) -> Progress:
    """Return what draws bytes, speed and remaining time within 80 columns."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=_BAR_WIDTH),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # A chunk package arrives as a whole: the speed is an average over several.
    return Progress(*columns, console=console, speed_estimate_period=120)


@contextmanager
def fetch_bar() -> Iterator[FetchBar]:
    """Draw a fetch on standard error while it runs."""
    bar = FetchBar(progress_on(Console(stderr=True)))
    try:
        yield bar
    finally:
        bar.close()
