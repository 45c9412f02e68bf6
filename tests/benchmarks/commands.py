"""What it costs to ask the command line for its help, or for its version: CPU, not the clock."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.children import ROOT, own_environment
from tests.benchmarks.result import Result, RowFailed

_TIMES = 9
_LIMIT_SECONDS = 0.4
_LONGEST_MESSAGE = 200
_FRAME = dict.fromkeys(map(ord, "╭╮╰╯─│"))
"""What a terminal's box is drawn with: it is left out of a message."""


class CommandFailed(RowFailed):
    """A command ended with another status than 0."""


async def measure_help() -> Result:
    return _measure("help", ["--help"])


async def measure_version() -> Result:
    return _measure("version", ["--version"])


def cpu_seconds(command: Sequence[str]) -> float:
    """Run a command; return the CPU time of its process and of all it waited for.

    Raises CommandFailed when it ends with another status than 0.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=own_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            words = output.read().decode(errors="replace").translate(_FRAME).split()
            message = " ".join(words)[-_LONGEST_MESSAGE:]
            raise CommandFailed(f"{command[-1]} ended with {process.returncode}: {message}")
    return usage.ru_utime + usage.ru_stime


def _measure(row: str, options: Sequence[str]) -> Result:
    command = [str(Path(sys.executable).with_name("fanjoin")), *options]
    cpu_seconds(command)  # once more than is measured: it may have to compile its modules
    measured = median(cpu_seconds(command) for _ in range(_TIMES))
    work = f"fanjoin {' '.join(options)}, CPU of the process, median"
    return Result(row, work, "s", measured, limit=_LIMIT_SECONDS)
