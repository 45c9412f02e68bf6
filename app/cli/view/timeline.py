"""Bars on one axis of time: work done side by side is seen side by side."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from app.cli.view.measures import as_time

_NARROWEST = 8

_STEPS = (1, 2, 5, 10, 20, 30)


def axis_length(now_ms: float) -> float:
    """Round up, so that the bars of a run under way grow into the axis instead of filling it."""
    unit = 1_000.0
    while now_ms > _STEPS[-1] * unit:
        unit *= 60
    return next(step * unit for step in _STEPS if now_ms <= step * unit)


@dataclass(frozen=True)
class Bar:
    """From `start_ms` to `end_ms` on an axis of `length_ms`, as wide as the room it is given."""

    start_ms: float
    end_ms: float
    length_ms: float
    style: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        steps = 1 if options.ascii_only else 2
        begin, end = self._place(options.max_width * steps)
        body = "=" * (end - begin) if options.ascii_only else _heavy_line(begin, end)
        blank = " " * (begin // steps)
        yield Segment(blank)
        yield Segment(body, console.get_style(self.style))
        yield Segment(" " * (options.max_width - len(blank) - len(body)))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(_NARROWEST, options.max_width), options.max_width)

    def _place(self, steps: int) -> tuple[int, int]:
        """Begin and end in steps; at least one, so that the shortest branch is still seen."""
        scale = steps / self.length_ms if self.length_ms > 0 else 0.0
        begin = max(0, min(round(self.start_ms * scale), steps - 1))
        return begin, min(max(round(self.end_ms * scale), begin + 1), steps)


def _heavy_line(begin: int, end: int) -> str:
    """A line between two half cells."""
    first, last = "╺" * (begin % 2), "╸" * (end % 2)
    return first + "━" * (end // 2 - (begin + 1) // 2) + last


@dataclass(frozen=True)
class Axis:
    """The scale under the bars."""

    length_ms: float

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        end = as_time(self.length_ms)
        gap = options.max_width - len(end) - 1
        line = ("." if options.ascii_only else "┄") * max(0, gap - 2)
        yield Text(f"0 {line} {end}" if gap > 1 else end, style="dim", no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(_NARROWEST, options.max_width), options.max_width)
