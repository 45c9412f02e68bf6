"""A container at work: what it said, what it answers, how it ends."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2
import psutil

SECONDS = 60
KEY = "a-key-of-the-image-test"


@dataclass(frozen=True)
class Launch:
    """What to run in an image; `entrypoint` and `user` stand in for the image's own."""

    words: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: str | None = None
    user: str | None = None


class Container:
    """One process tree in an image. `terminate` asks its first process to end, as engines do."""

    def __init__(self, command: list[str], terminate: Callable[[int], None], port: int) -> None:
        self.output = ""
        self._started_at = time.monotonic()
        self._terminate = terminate
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output += line

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> float:
        """Return when the service takes runs: how many seconds after its start that is."""
        while not self._is_ready():
            assert time.monotonic() - self._started_at < SECONDS, f"not ready: {self.output}"
            assert self._process.poll() is None, f"it ended: {self.output}"
            time.sleep(0.02)
        return time.monotonic() - self._started_at

    def wait_for(self, words: str) -> None:
        """Return once it has said this."""
        while words not in self.output:
            assert time.monotonic() - self._started_at < SECONDS, f"no {words!r}: {self.output}"
            assert self._process.poll() is None, f"it ended: {self.output}"
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            return self._http.get("/health/ready").status_code == HTTPStatus.OK
        except httpx2.TransportError:
            return False

    def post(self, path: str, body: dict[str, Any], *, key: str | None = KEY) -> httpx2.Response:
        return self._http.post(path, json=body, headers={"x-api-key": key} if key else {})

    def get(self, path: str) -> httpx2.Response:
        return self._http.get(path, headers={"x-api-key": KEY})

    def events(self, path: str, body: dict[str, Any]) -> list[tuple[str, Any]]:
        """Follow a stream to its end: each event's name and data."""
        lines = self.post(path, body).text.splitlines()
        names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
        data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
        return list(zip(names, data, strict=True))

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        self._terminate(self.pid)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status, once everything that was said has been read."""
        status = self._process.wait(SECONDS)
        self._reader.join()
        return status

    def close(self) -> None:
        """Leave nothing behind; harmless when it has ended already."""
        if self._process.poll() is None:
            # Whoever became another user outlives its parent, whatever the parent had arranged.
            for process in psutil.Process(self.pid).children(recursive=True):
                process.kill()
        self._process.kill()
        self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._http.close()
