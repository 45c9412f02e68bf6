"""One process that serves the model, from its start to its end."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from app.local_llm.machine import cpu_ticks, model_unavailable, usable_cores

IMPORT_ROOT = Path(__file__).parents[2]
"""The child starts here, so that no other `app` in the working directory is taken for this one."""

CHILD = (sys.executable, "-m", "app.local_llm.child")
"""Called with PATH MODEL THREADS PORT; see there for what it reads and writes."""

LOG_LINES = 10

_FEW_CORES = 2

_SAMPLE_SECONDS = 0.1


def threads_for(cores: int, *, are_idle: bool) -> int:
    """Return how many threads the model computes with.

    One core stays free: the service needs it, and llama.cpp slows down when its threads outnumber
    the idle cores. Two idle cores are both used: measured, 24 tokens a second instead of 14; but on
    two busy cores it was 0.7 instead of 4.9.
    """
    return cores if are_idle and cores == _FEW_CORES else max(1, cores - 1)


class ModelProcess:
    """Serves until it is stopped or dies."""

    def __init__(self, process: Process, log: IO[bytes]) -> None:
        self._process = process
        self._log = log
        self.address = ""

    @classmethod
    async def start(
        cls,
        path: Path,
        *,
        port: int,
        api_key: str,
        log: IO[bytes],
        seconds: float,
        command: Sequence[str] = CHILD,
    ) -> Self:
        """Start it on this port of loopback, and return once it listens.

        Raises:
            ModelUnavailable: it does not start, or takes longer; nothing of it is left.
        """
        # Its own session: Ctrl-C in the terminal must not reach it before its clients have
        # finished.
        process = await asyncio.create_subprocess_exec(
            *command,
            *_arguments(path, await _thread_count(), port),
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            cwd=IMPORT_ROOT,
            start_new_session=True,
        )
        started = cls(process, log)
        try:
            await started._await_ready(path, api_key, seconds)
        except BaseException:
            await started.stop()
            raise
        return started

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        return await self._process.wait()

    async def stop(self, seconds: float = 5) -> None:
        """End it, by force if it takes longer."""
        process = self._process
        try:
            with suppress(ProcessLookupError, TimeoutError):
                process.terminate()
                async with asyncio.timeout(seconds):
                    await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()

    def last_lines(self) -> list[str]:
        """Return the end of its log."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace").splitlines()[-LOG_LINES:]

    async def _await_ready(self, path: Path, api_key: str, seconds: float) -> None:
        process = self._process
        assert process.stdin is not None  # noqa: S101 - `start` made it a pipe
        assert process.stdout is not None  # noqa: S101 - `start` made it a pipe
        try:
            async with asyncio.timeout(seconds):
                with suppress(ConnectionError):  # it may be dead already: its log says why
                    process.stdin.write(f"{api_key}\n".encode())
                    await process.stdin.drain()
                line = await process.stdout.readline()
                if not line:
                    await process.wait()
        except TimeoutError:
            problem = f"The embedded model {path} was not ready after {seconds:g} seconds:"
            raise model_unavailable(problem, self.last_lines()) from None
        if not line:
            problem = f"The embedded model {path} did not start:"
            raise model_unavailable(problem, self.last_lines())
        self.address = line.decode().strip()


def _arguments(path: Path, threads: int, port: int) -> list[str]:
    return [str(path.absolute()), path.stem, str(threads), str(port)]


async def _thread_count() -> int:
    before = cpu_ticks()
    await asyncio.sleep(_SAMPLE_SECONDS)
    return threads_for(usable_cores(), are_idle=cpu_ticks().were_idle_since(before))
