"""The command as a person starts it: a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
SECONDS = 60


class Process:
    """A running command whose output can be waited for."""

    def __init__(self, *words: str, folder: Path) -> None:
        self.output = ""
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            cwd=folder,
            env=os.environ
            | {"PYTHONPATH": str(REPOSITORY), "FANJOIN_LOCAL_MODEL": "off", "FANJOIN_PORT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            self.output += line

    def wait_for(self, words: str) -> str:
        """Return the output once these words are in it."""
        end = time.monotonic() + SECONDS
        while words not in self.output:
            assert time.monotonic() < end, f"no {words!r} in: {self.output}"
            assert self._popen.poll() is None, f"ended without {words!r}: {self.output}"
            time.sleep(0.02)
        return self.output

    def url(self) -> str:
        found = re.search(r"listens on (\S+)", self.wait_for("listens on http"))
        assert found is not None
        return found[1]

    def send(self, number: signal.Signals) -> None:
        """Signal once: a second of a kind, sent before the first was taken, would be lost."""
        self._popen.send_signal(number)

    def stop(self, number: signal.Signals) -> int:
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status; kill what does not end by itself."""
        try:
            return self._popen.wait(SECONDS)
        finally:
            self._popen.kill()
            self._popen.wait()
            self._reader.join()
            assert self._popen.stdout is not None
            self._popen.stdout.close()


@contextmanager
def fanjoin(*words: str, folder: Path) -> Iterator[Process]:
    process = Process(*words, folder=folder)
    try:
        yield process
    finally:
        process.stop(signal.SIGKILL)
