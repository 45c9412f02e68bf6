"""`langgraph dev`, the server behind LangGraph Studio, as a child process on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

_LANGGRAPH = Path(sys.executable).with_name("langgraph")
_START_SECONDS = 120
_STOP_SECONDS = 15

_ENVIRONMENT = {
    "LOG_JSON": "true",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "LANGSMITH_TRACING": "false",
}
"""Logs that can be read back, and nothing sent to anyone outside."""


@dataclass(frozen=True)
class DevServer:
    """A running `langgraph dev`."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    def complaints(self) -> list[dict[str, Any]]:
        """Return the log's warnings and errors."""
        lines = [line for line in self.output.read_text().splitlines() if line.startswith("{")]
        records: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [record for record in records if record["level"] not in ("debug", "info")]

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            is_late = time.monotonic() > deadline
            if is_late or self.process.poll() is not None:
                state = "is not ready" if is_late else f"ended with {self.process.returncode}"
                raise AssertionError(f"langgraph dev {state}:\n{self.output.read_text()}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        with suppress(httpx2.TransportError):
            return httpx2.get(f"{self.url}/ok").is_success
        return False


@contextmanager
def serve_dev(project: Path, environment: Mapping[str, str]) -> Iterator[DevServer]:
    """Run `langgraph dev` in a project's folder; gone when the block ends, however it does."""
    port = _free_port()
    output = project / "langgraph-dev.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [_LANGGRAPH, "dev", "--no-browser", "--no-reload", "--port", str(port)],
            cwd=project,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(project), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = DevServer(f"http://127.0.0.1:{port}", process, output)
        server.wait_until_ready()
        yield server
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process, and whatever it started: they share a session of their own."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
