"""Ctrl-C before a command runs and after it: the process ends with 130, without a traceback."""

import os
import signal
from types import FrameType


def end_at_interrupt() -> None:
    """End the process at SIGINT, unless whoever started it had it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def interrupt_again() -> None:
    """Have SIGINT raise KeyboardInterrupt, as commands with something to clean up need it."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)
