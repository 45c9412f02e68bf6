"""The `fanjoin` command."""

import os
import signal
import sys
from types import FrameType

from app.cli.typer_app import cli
from app.cli.view.terminal import write_anything


def main() -> None:
    write_anything()
    heed_sigterm()
    cli()


def heed_sigterm() -> None:
    """Let SIGTERM end a container's first process: Linux drops a signal that is not handled.

    A running service has a handler of its own.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
