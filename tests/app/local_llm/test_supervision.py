"""A model's process that dies is followed by another, at the same address, until it dies often."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from app.errors import ModelUnavailable
from app.local_llm.process import ModelProcess
from app.local_llm.server import MOST_RESTARTS, ModelServer, serve_model
from tests.app import loop_clock
from tests.patience import SECONDS

pytestmark = pytest.mark.anyio

STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.gguf"
    path.touch()
    return path


@asynccontextmanager
async def serving(weights: Path) -> AsyncIterator[ModelServer]:
    async with serve_model(weights, command=(sys.executable, str(STAND_IN))) as server:
        yield server


def process_ids() -> list[int]:
    children = psutil.Process(os.getpid()).children()
    return [child.pid for child in children if str(STAND_IN) in child.cmdline()]


async def await_problem(server: ModelServer) -> str:
    async with asyncio.timeout(SECONDS):
        while server.problem is None:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.001)
    return server.problem


async def await_restart(server: ModelServer) -> None:
    async with asyncio.timeout(SECONDS):
        while server.problem is not None:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)
    await server.check()


async def test_killed_process_is_followed_by_another_at_the_same_address(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(weights) as server:
        [first] = process_ids()
        before = server.endpoint

        os.kill(first, signal.SIGKILL)
        problem = await await_problem(server)
        await await_restart(server)
        [second] = process_ids()

    assert first != second
    assert server.endpoint == before
    assert process_ids() == []
    assert "is being started again" in problem
    assert caplog.messages == ["embedded model server ended", "embedded model started again"]
    assert vars(caplog.records[0])["exit_code"] == -signal.SIGKILL


async def test_process_that_dies_too_often_stays_down_with_the_remedy(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(weights) as server:
        [process_id] = process_ids()
        weights.write_text("broken")  # noqa: ASYNC240  # a few bytes
        os.kill(process_id, signal.SIGKILL)
        async with asyncio.timeout(SECONDS * 100):
            while not server.has_given_up.is_set():
                loop_clock.skip(30)
                await asyncio.sleep(0.05)

        with pytest.raises(ModelUnavailable, match=r"stays down: .* set OPENAI_BASE_URL"):
            await server.check()

    assert caplog.messages.count("embedded model did not start again") == MOST_RESTARTS
    assert "the stand-in is broken" in str(vars(caplog.records[1])["error"])


async def test_process_that_lives_and_does_not_answer_is_not_well(weights: Path) -> None:
    async with serving(weights) as server:
        [process_id] = process_ids()
        os.kill(process_id, signal.SIGSTOP)
        asking = asyncio.create_task(server.check())
        await asyncio.sleep(0)
        loop_clock.skip(4)
        with pytest.raises(ModelUnavailable, match="does not answer within 3 s"):
            await asking

        os.kill(process_id, signal.SIGCONT)
        await server.check()


async def test_process_that_the_machine_cannot_start_is_tried_again(weights: Path) -> None:
    async with serving(weights) as server:
        start, failures = server._start, [OSError(12, "Cannot allocate memory")]

        async def start_at_the_second_try() -> ModelProcess:
            if failures:
                raise failures.pop()
            return await start()

        server._start = start_at_the_second_try
        [first] = process_ids()
        os.kill(first, signal.SIGKILL)
        await await_problem(server)

        await await_restart(server)

        assert failures == []
