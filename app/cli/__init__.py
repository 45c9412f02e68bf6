"""The `fanjoin` command.

It imports the commands only after Ctrl-C and the standard streams are looked after: importing takes
a second, in which both may be lost.
"""

import os
import signal
import sys
from importlib import import_module
from types import FrameType

from app.cli.interrupts import end_at_interrupt
from app.cli.streams import prepare_streams

_APP = "app.cli.typer_app"


def main() -> None:
    end_at_interrupt()
    heed_sigterm()
    prepare_streams()
    try:
        import_module(_APP).cli()
    finally:
        end_at_interrupt()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()


def heed_sigterm() -> None:
    """Let SIGTERM end a container's first process: Linux drops a signal that is not handled.

    A running service has a handler of its own.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
