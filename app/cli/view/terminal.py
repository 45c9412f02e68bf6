"""Where the commands write: plain text, with colour only where a terminal shows it."""

from typing import IO

from rich.console import Console
from rich.text import Text

from app.cli.view.measures import printable


def stdout(file: IO[str] | None = None, *, quiet: bool = False) -> Console:
    """Return a console on standard output as it is now, or on `file` whatever it becomes."""
    return Console(file=file, quiet=quiet, highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def complain(message: str) -> None:
    """Print why a command fails, on stderr, neither cut nor wrapped."""
    stderr().print(Text.assemble(("fanjoin: ", "red"), printable(message)), soft_wrap=True)
