"""Signs of the live view, with a twin for terminals that know only ASCII."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

_ASCII_SPINNER = "|/-\\"

_FRAME_MS = 100


@dataclass(frozen=True)
class Glyph:
    """One cell; the sign alone shows the status where there is no colour."""

    sign: str
    ascii_sign: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        sign = self.ascii_sign if options.ascii_only else self.sign
        yield Segment(sign, console.get_style(self.style or "none"))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(len(self.sign), len(self.sign))


_STATUSES = {
    "waiting": Glyph("·", ".", "dim"),
    "running": Glyph("▶", ">", "cyan"),
    "ok": Glyph("✓", "+", "green"),
    "cached": Glyph("✓", "+", "green"),
    "degraded": Glyph("▲", "!", "yellow"),
    "failed": Glyph("✗", "x", "red"),
    "timeout": Glyph("✗", "x", "red"),
    "cancelled": Glyph("■", "-", "magenta"),
    "interrupted": Glyph("?", "?", "yellow"),
}

_NEVER_RAN = Glyph("-", "-", "dim")

FORK = Glyph("╭", "|", "dim")

BRANCH = Glyph("├", "|", "dim")

PAST = Glyph("│", "|", "dim")

JOIN = Glyph("╰", "'", "dim")

NOTHING = Glyph("", "")


def status_glyph(status: str) -> Glyph:
    return _STATUSES.get(status, _NEVER_RAN)


def spinner(now_ms: float) -> Glyph:
    frame = int(now_ms / _FRAME_MS)
    return Glyph(
        _SPINNER[frame % len(_SPINNER)],
        _ASCII_SPINNER[frame % len(_ASCII_SPINNER)],
        status_glyph("running").style,
    )
