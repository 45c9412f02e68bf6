"""The processes that are measured: started, found ready, weighed, and always ended."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.result import RowFailed

ROOT = Path(__file__).parents[2]

_START_SECONDS = 120
_STOP_SECONDS = 15
_SETTLE_SECONDS = 20
_FOREIGN = ("FANJOIN_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")


class ProcessFailed(RowFailed):
    """A process did not start, or did not come to rest."""


@dataclass(frozen=True)
class Child:
    """A process that answers on a loopback port."""

    port: int
    process: subprocess.Popen[bytes]

    def resident_kib(self) -> float:
        """Return the resident memory of the process and all it started."""
        return sum(process.memory_info().rss for process in self._tree()) / 1024

    def private_kib(self) -> float:
        """Return the memory that would be free again if the process and all it started ended."""
        return sum(process.memory_full_info().uss for process in self._tree()) / 1024

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process and all it started, so far."""
        times = [process.cpu_times() for process in self._tree()]
        return sum(spent.user + spent.system for spent in times)

    async def settle(self) -> None:
        """Return when the process has next to nothing left to do."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            now = self.cpu_seconds()
            if now - before < 0.02:
                return
            before = now
        raise ProcessFailed(f"the process on port {self.port} does not come to rest")

    def _tree(self) -> list[psutil.Process]:
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]


@contextmanager
def running(
    command: Sequence[str], *, port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[Child]:
    """Run a command until the block ends; it listens on the port when the block begins."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=own_environment(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            problem = _wait_for(process, port)
            if problem is not None:
                output.seek(0)
                said = output.read().decode(errors="replace")[-4000:]
                raise ProcessFailed(f"{' '.join(command)} {problem}:\n{said}")
            yield Child(port, process)
        finally:
            _stop(process)


def own_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what would configure the service."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**own, "PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false", **(more or {})}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], port: int) -> str | None:
    """Return None once the port answers, or what is wrong."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with {process.returncode}"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return None
        time.sleep(0.05)
    return f"does not answer after {_START_SECONDS} s"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process, and whatever it started: they share a session of their own."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
