"""The embedded model's server as a child process, for as long as a context lasts."""

import asyncio
import logging
import secrets
import socket
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import ModelUnavailable
from app.local_llm.process import CHILD, ModelProcess
from app.logs import log_crash

logger = logging.getLogger(__name__)

MOST_RESTARTS = 5

WITHIN_SECONDS = 600

_LONGEST_PAUSE_SECONDS = 30

_ANSWER_SECONDS = 3

_HOST = "127.0.0.1"


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


class ModelServer:
    """Serves at one address with one key; a process that dies is followed by another."""

    def __init__(
        self, endpoint: Endpoint, port: int, start: Callable[[], Awaitable[ModelProcess]]
    ) -> None:
        self.endpoint = endpoint
        self.problem: str | None = None
        """Why the model does not answer now, and what to do; None while its process lives."""

        self.has_given_up = asyncio.Event()
        """Set when its process died so often that it is not started again."""

        self._port = port
        self._start = start
        self._process: ModelProcess | None = None
        self._restarts: deque[float] = deque()

    async def check(self) -> None:
        """Ask the server whether it is well.

        Raises:
            ModelUnavailable: its process is not there, or does not answer.
        """
        if self.problem is not None:
            raise ModelUnavailable(self.problem)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                status = await _request_health(self._port)
        except TimeoutError as error:
            message = f"the embedded model does not answer within {_ANSWER_SECONDS} s"
            raise ModelUnavailable(message) from error
        except OSError as error:
            raise ModelUnavailable("the embedded model does not answer") from error
        if b" 200 " not in status:
            raise ModelUnavailable("the embedded model is not ready")

    async def open(self) -> None:
        """Start the process; ModelUnavailable carries the log if it cannot."""
        self._process = await self._start()

    async def supervise(self) -> None:
        """Start the process again whenever it dies, until it has died too often."""
        while self._process is not None:
            exit_code = await self._process.wait()
            self.problem = "the embedded model's process ended and is being started again"
            fields = {"exit_code": exit_code, "log": self._process.last_lines()}
            logger.error("embedded model server ended", extra=fields)
            self._process = await self._restarted()

    async def close(self, *, stop_seconds: float) -> None:
        if self._process is not None:
            await self._process.stop(stop_seconds)

    async def _restarted(self) -> ModelProcess | None:
        """Return a new process, or None after too many."""
        clock = asyncio.get_running_loop().time
        while True:
            while self._restarts and self._restarts[0] <= clock() - WITHIN_SECONDS:
                self._restarts.popleft()
            count = len(self._restarts)
            if count >= MOST_RESTARTS:
                self._give_up()
                return None
            await asyncio.sleep(min(2**count - 1, _LONGEST_PAUSE_SECONDS))
            self._restarts.append(clock())
            try:
                process = await self._start()
            except (ModelUnavailable, OSError) as error:  # no memory for a process, say
                fields = {"error": str(error)}
                logger.error("embedded model did not start again", extra=fields)  # noqa: TRY400  # the message says it all
            else:
                self.problem = None
                logger.warning("embedded model started again", extra={"restarts": count + 1})
                return process

    def _give_up(self) -> None:
        minutes = WITHIN_SECONDS // 60
        self.problem = (
            f"the embedded model's process ended again after {MOST_RESTARTS} restarts within "
            f"{minutes} minutes and stays down: see the log for the reason and restart the "
            "service, or set OPENAI_BASE_URL to use a model server"
        )
        logger.error("embedded model stays down", extra={"restarts": MOST_RESTARTS})
        self.has_given_up.set()


@asynccontextmanager
async def serve_model(
    path: Path,
    *,
    start_seconds: float = 120,
    stop_seconds: float = 5,
    command: Sequence[str] = CHILD,
) -> AsyncIterator[ModelServer]:
    """Serve the GGUF file at `path` on loopback; ModelUnavailable carries the log if it cannot.

    `command` starts the process that serves, as `app.local_llm.child` does.
    """
    api_key = secrets.token_urlsafe(32)
    with tempfile.TemporaryFile() as log, _reserved_port() as port:

        async def start() -> ModelProcess:
            return await ModelProcess.start(
                path, port=port, api_key=api_key, log=log, seconds=start_seconds, command=command
            )

        server = ModelServer(Endpoint(f"http://{_HOST}:{port}/v1", api_key, path.stem), port, start)
        await server.open()
        supervising = asyncio.create_task(server.supervise(), name="embedded-model")
        supervising.add_done_callback(log_crash)
        try:
            yield server
        finally:
            supervising.cancel()
            with suppress(asyncio.CancelledError):
                await supervising
            await server.close(stop_seconds=stop_seconds)


@contextmanager
def _reserved_port() -> Iterator[int]:
    """Bind a free port without listening, so that no stranger gets it between two processes.

    Clients hold its address in the environment. The child binds it too, by SO_REUSEPORT; where
    there is no such thing (Windows) the port is free meanwhile.
    """
    with socket.socket() as reserved:
        if hasattr(socket, "SO_REUSEPORT"):
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind((_HOST, 0))
        port: int = reserved.getsockname()[1]
        if not hasattr(socket, "SO_REUSEPORT"):
            reserved.close()
        yield port


async def _request_health(port: int) -> bytes:
    """Return the first line of the answer to `GET /health`, which needs no key."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        writer.write(f"GET /health HTTP/1.1\r\nHost: {_HOST}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()
