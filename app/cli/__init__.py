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
    """Let SIGTERM end the first process of a container, which Linux keeps from one that does not
    handle it; a service at work handles it its own way."""
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
