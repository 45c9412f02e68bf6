"""Standard streams that are closed, full or no longer read."""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from typing_extensions import Buffer

READER_GONE = 141
"""Shells say so of a program that SIGPIPE ended: 128 and the signal's number."""

_CANNOT_WRITE = 1

_STDOUT, _STDERR = 1, 2


def prepare_streams() -> None:
    """Open what is closed, and end the process where its output goes nowhere.

    Else a file that is opened later, such as the database, takes the descriptor of a closed stream.
    A terminal that lacks a sign shows `?` in its place.
    """
    for number, flags in ((0, os.O_RDONLY), (_STDOUT, os.O_WRONLY), (_STDERR, os.O_WRONLY)):
        _open_if_closed(number, flags)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stdout = _text(_Output(_STDOUT, ends_process=True), sys.stdout)
    sys.stderr = _text(_Output(_STDERR, ends_process=False), sys.stderr)


def outlive_readers() -> None:
    """Go on when nobody reads standard output any more: a service has other things to do."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _Output):
        raw.ends_process = False


class _Output(io.FileIO):
    """A descriptor to write to; what cannot be written ends the process, or is dropped."""

    def __init__(self, number: int, *, ends_process: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self.ends_process = ends_process

    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if self.ends_process:
                _end(error)
            return len(memoryview(data))


def _end(error: OSError) -> None:
    """Leave at once: a thread of the command may never end, and the database needs no goodbye."""
    if error.errno == errno.EPIPE:
        os._exit(READER_GONE)
    message = f"fanjoin: the output cannot be written: {error.strerror}\n"
    with suppress(OSError):
        os.write(_STDERR, message.encode())
    os._exit(_CANNOT_WRITE)


def _open_if_closed(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def _text(raw: _Output, before: TextIO | None) -> TextIO:
    encoding = "utf-8" if before is None else before.encoding
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors="replace",
        line_buffering=raw.isatty() or not raw.ends_process,
    )
