"""A real OpenAI-speaking server on loopback, for tests: scripted per prompt, and it remembers.

Plain asyncio streams instead of a web framework, because a test must be able to cut a connection
anywhere, and to see that the client went away while it was still owed an answer.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.loopback import serving
from tests.model_answers import Answer, Call, send_answer
from tests.patience import SECONDS, wait_until
from tests.scripts import Rule, Script

MODEL = "test-model"


@dataclass
class ModelServer:
    """Script it with `answer`, point a client at `base_url`, read `calls` afterwards."""

    base_url: str = ""
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    script: Script[Answer] = field(default_factory=Script)

    def answer(
        self,
        answer: Answer,
        *,
        prompt: str = "",
        times: int | None = None,
        may_be_unused: bool = False,
    ) -> None:
        """Give this answer to the next `times` requests with `prompt` in them; None: to all.

        One that nobody asks for fails the test at its end, unless it `may_be_unused`.
        """
        self.script.append(Rule(answer, prompt, times, may_be_unused))

    def calls_with(self, prompt: str) -> list[Call]:
        return [call for call in self.calls if prompt in call.prompt]

    def wait_for_calls(self, number: int, prompt: str = "") -> None:
        """Return when this many requests with this prompt have come in."""
        wait_until(lambda: len(self.calls_with(prompt)) >= number, f"{number} model calls")

    def wait_until_idle(self) -> None:
        """Return when no request is open any more."""
        wait_until(lambda: all(call.ended for call in self.calls), "the end of all model calls")

    def require_use(self) -> None:
        self.script.require_use(requests=len(self.calls))

    def reset(self) -> None:
        self.calls.clear()
        self.script.clear()
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._serve_one(reader, writer):
                pass
        writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = await _read_request(reader)
        if body is None:
            return False
        call = Call(body, started=time.monotonic())
        self.calls.append(call)
        answer = self.script.take(lambda prompt: prompt in call.prompt) or Answer()
        answering = asyncio.create_task(self._answer(writer, call, answer))
        leaving = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            call.client_left = not answering.done()
            return False if call.client_left else answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
            call.ended = time.monotonic()

    async def _answer(self, writer: asyncio.StreamWriter, call: Call, answer: Answer) -> bool:
        with suppress(TimeoutError):
            # Answered in the end, so that what is awaited in vain fails the test, not hangs it.
            async with asyncio.timeout(SECONDS):
                while answer.when and not answer.when(self.calls):  # noqa: ASYNC110 - a test's own
                    await asyncio.sleep(0.005)
        return await send_answer(writer, call, answer)


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """Read one HTTP request; None when the client has closed the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    length = next(
        int(line.split(":")[1])
        for line in head.splitlines()
        if line.lower().startswith("content-length:")
    )
    body: dict[str, Any] = json.loads(await reader.readexactly(length))
    return body


@pytest.fixture(scope="session")
def running_model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    with serving(server.serve) as address:
        server.base_url = f"{address}/v1"
        yield server


@pytest.fixture
def model_server(
    running_model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelServer]:
    """Point the process at the model server, with no answers scripted and no calls counted."""
    running_model_server.reset()
    monkeypatch.setenv("OPENAI_BASE_URL", running_model_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    monkeypatch.setenv("FANJOIN_MODEL", MODEL)
    yield running_model_server
    running_model_server.require_use()
