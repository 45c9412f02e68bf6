"""The command as a person starts it: a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.patience import SECONDS, wait_until

REPOSITORY = Path(__file__).parents[3]


class Process:
    """A running command whose output can be waited for."""

    def __init__(self, *words: str, folder: Path, module: str = "app") -> None:
        self.output = ""
        self._popen = subprocess.Popen(
            [sys.executable, "-m", module, *words],
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
        wait_until(lambda: words in self.output or self._has_ended(), repr(words))
        assert words in self.output, f"no {words!r} in: {self.output}"
        return self.output

    def _has_ended(self) -> bool:
        """Whether no more output will come: it ended, and all of it has been read."""
        return not self._reader.is_alive()

    def url(self) -> str:
        match = re.search(r"listens on (\S+)", self.wait_for("listens on http"))
        assert match is not None
        return match[1]

    def get(self, path: str) -> httpx2.Response:
        """Ask the service, however long it takes to answer."""
        return httpx2.get(f"{self.url()}{path}", timeout=SECONDS)

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

    @property
    def process_id(self) -> int:
        return self._popen.pid


@contextmanager
def fanjoin(*words: str, folder: Path, module: str = "app") -> Iterator[Process]:
    """Run the command, or another module, until the block ends."""
    process = Process(*words, folder=folder, module=module)
    try:
        yield process
    finally:
        process.stop(signal.SIGKILL)
