"""The pages of a PDF, read in a process of its own: one that takes too long can be ended.

What a PDF costs cannot be told from its size: a few kilobytes may unpack to gigabytes, or keep the
parser busy for hours, and nothing ends a thread.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

SECONDS = 300.0
"""For one document; the largest that is read takes a minute or two."""

MEMORY = 2_000_000_000
"""Bytes of address space, of which Python and pypdf take some hundred million."""

_MOST_OUTPUT = 64_000_000
"""Bytes; more than a document of as many characters as are read can have."""


class PdfFailed(Exception):
    """A PDF has no text that could be read; the message says why, in a few words."""


def read_pdf(path: Path, *, most_pages: int, most_chars: int) -> list[tuple[int, str]]:
    """Return number and text of each page; raise PdfFailed."""
    limits = [str(limit) for limit in (most_pages, most_chars, MEMORY, round(SECONDS) + 1)]
    # -P, or a module in the working folder would take the place of one that the reader needs.
    command = [sys.executable, "-P", "-m", f"{__package__}.pdf_child", str(path), *limits]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        output, is_late = _output_of(child)
    if is_late:
        raise PdfFailed(f"an unreadable PDF: not done after {SECONDS:g} s")
    if child.returncode != 0:
        raise PdfFailed(f"an unreadable PDF: its reader ended with status {child.returncode}")
    return _pages_of(output)


def _output_of(child: subprocess.Popen[bytes]) -> tuple[bytes, bool]:
    """Return what the child wrote, and whether it was ended for its time; it ends in any case."""
    assert child.stdout is not None  # noqa: S101  # it is a pipe
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(SECONDS, end)
    timer.start()
    try:
        output = child.stdout.read(_MOST_OUTPUT)
        if len(output) < _MOST_OUTPUT:
            child.wait()
    finally:
        timer.cancel()
        child.kill()
    return output, late.is_set()


def _pages_of(output: bytes) -> list[tuple[int, str]]:
    answer: dict[str, Any] = json.loads(output)
    if failure := answer.get("failure"):
        raise PdfFailed(failure)
    return [(number, text) for number, text in answer["pages"]]
