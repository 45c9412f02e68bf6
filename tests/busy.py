"""Run the suite while every core is busy: `python -m tests.busy 5`, or `make test-busy TIMES=5`.

A test that depends on the clock of a quiet machine fails here.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

SUITE = (sys.executable, "-m", "pytest", "-n", "auto")

_BURN = """
import os, signal, sys, threading

def end_with_the_parent():
    sys.stdin.read()
    os._exit(0)

signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Thread(target=end_with_the_parent, daemon=True).start()
while True:
    pass
"""
"""Ends when its standard input does: at the end of its parent, even by `kill -9`."""


@contextmanager
def busy_cores(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep this many cores busy, each with a process, until the block ends."""
    with ExitStack() as stack:
        yield [stack.enter_context(_burner()) for _ in range(count)]


def run_beside_busy_cores(command: Sequence[str], times: int) -> int:
    """Run a command again and again; stop at the first failure and return its status."""
    cores = os.cpu_count() or 1
    with busy_cores(cores):
        for number in range(1, times + 1):
            _say(f"Run {number} of {times}, with {cores} cores kept busy …")
            start = time.monotonic()
            status = _run(command)
            took = f"{time.monotonic() - start:.0f} s"
            if status:
                _say(f"Run {number} of {times} failed after {took}.")
                return status
            _say(f"Run {number} of {times} passed in {took}.")
    return 0


@contextmanager
def _burner() -> Iterator[subprocess.Popen[bytes]]:
    burner = subprocess.Popen([sys.executable, "-c", _BURN], stdin=subprocess.PIPE)
    try:
        yield burner
    finally:
        burner.kill()
        burner.communicate()


def _run(command: Sequence[str]) -> int:
    with subprocess.Popen(command) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches the command too, which then cleans up.
            process.wait()
            raise
        except SystemExit:
            process.terminate()
            raise


def _exit_at_sigterm(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit_at_sigterm)
    sys.exit(run_beside_busy_cores(SUITE, int(sys.argv[1])))
