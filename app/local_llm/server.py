"""The embedded model's server as a child process, for as long as a context lasts."""

import asyncio
import logging
import secrets
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.local_llm.machine import model_unavailable, usable_cores

logger = logging.getLogger(__name__)

IMPORT_ROOT = Path(__file__).parents[2]
"""The child starts here, so that no other `app` in the working directory is taken for this one."""

LOG_LINES = 10


@dataclass(frozen=True)
class Endpoint:
    """Where the model answers; the key is for this server's lifetime only."""

    base_url: str
    api_key: str = field(repr=False)
    model: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which any OpenAI client finds it."""
        return {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_KEY": self.api_key,
            "FANJOIN_MODEL": self.model,
        }


@asynccontextmanager
async def serve_model(
    path: Path, *, start_seconds: float = 120, stop_seconds: float = 5
) -> AsyncIterator[Endpoint]:
    """Serve the GGUF file at `path` on loopback; ModelUnavailable carries the log if it cannot."""
    api_key = secrets.token_urlsafe(32)
    with tempfile.TemporaryFile() as log:
        process = await _spawn(path, log)
        try:
            address = await _await_ready(process, api_key, path, log, start_seconds)
            watch = asyncio.create_task(_report_end(process, log))
            try:
                yield Endpoint(f"{address}/v1", api_key, path.stem)
            finally:
                watch.cancel()
        finally:
            await _stop(process, stop_seconds)


async def _spawn(path: Path, log: IO[bytes]) -> Process:
    # Its own session: Ctrl-C in the terminal must not reach it before its clients have finished.
    return await asyncio.create_subprocess_exec(
        *_command(path),
        stdin=PIPE,
        stdout=PIPE,
        stderr=log,
        cwd=IMPORT_ROOT,
        start_new_session=True,
    )


def _command(path: Path) -> list[str]:
    # One core stays free: the service needs it, and llama.cpp slows down fourfold when its
    # threads outnumber the idle cores.
    threads = max(1, usable_cores() - 1)
    arguments = [str(path.absolute()), path.stem, str(threads)]
    return [sys.executable, "-m", "app.local_llm.child", *arguments]


async def _await_ready(
    process: Process, api_key: str, path: Path, log: IO[bytes], seconds: float
) -> str:
    assert process.stdin is not None  # noqa: S101 - _spawn made it a pipe
    assert process.stdout is not None  # noqa: S101 - _spawn made it a pipe
    try:
        async with asyncio.timeout(seconds):
            with suppress(ConnectionError):  # the child may be dead already: its log says why
                process.stdin.write(f"{api_key}\n".encode())
                await process.stdin.drain()
            line = await process.stdout.readline()
            if not line:
                await process.wait()
    except TimeoutError:
        problem = f"The embedded model {path} was not ready after {seconds:g} seconds:"
        raise model_unavailable(problem, _last_lines(log)) from None
    if not line:
        raise model_unavailable(f"The embedded model {path} did not start:", _last_lines(log))
    return line.decode().strip()


async def _report_end(process: Process, log: IO[bytes]) -> None:
    exit_code = await process.wait()
    fields = {"exit_code": exit_code, "log": _last_lines(log)}
    logger.error("embedded model server ended", extra=fields)


async def _stop(process: Process, seconds: float) -> None:
    try:
        with suppress(ProcessLookupError, TimeoutError):
            process.terminate()
            async with asyncio.timeout(seconds):
                await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()


def _last_lines(log: IO[bytes]) -> list[str]:
    log.seek(0)
    return log.read().decode(errors="replace").splitlines()[-LOG_LINES:]
