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


@contextmanager
def fetch_bar() -> Iterator[FetchBar]:
    """Draw bytes, speed and remaining time on standard error while a fetch runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # A chunk package arrives as a whole: the speed is an average over several.
    bar = FetchBar(Progress(*columns, console=Console(stderr=True), speed_estimate_period=120))
    try:
        yield bar
    finally:
        bar.close()
