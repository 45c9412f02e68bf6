"""The child process: how it fails, and that it never outlives its parent.

A named pipe stands for weights that take for ever to load: the child hangs in the real loader.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.errors import ModelUnavailable
from app.local_llm.server import Endpoint, serve_model
from tests.conftest import ROOT
from tests.patience import wait_until

PARENT = """
import asyncio, pathlib, sys
from app.local_llm.server import serve_model

async def main():
    async with serve_model(pathlib.Path(sys.argv[1])) as server:
        print(server.endpoint.base_url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    path = tmp_path / "endless.gguf"
    os.mkfifo(path)
    return path


async def start(path: Path, start_seconds: float = 60) -> Endpoint:
    async with serve_model(path, start_seconds=start_seconds) as server:
        return server.endpoint


def model_servers(parent: int) -> list[psutil.Process]:
    children = psutil.Process(parent).children()
    return [child for child in children if "app.local_llm.child" in child.cmdline()]


def await_model_server(parent: int) -> psutil.Process:
    wait_until(lambda: bool(model_servers(parent)), "a child that serves the model")
    return model_servers(parent)[0]


def await_end(child: psutil.Process) -> None:
    """Return when it has ended; nobody may have collected it yet."""

    def is_gone() -> bool:
        try:
            return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    wait_until(is_gone, f"the end of {child}")


@contextmanager
def serving_parent(weights: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that serves this model; killed when the block ends."""
    command = [sys.executable, "-c", PARENT, str(weights)]
    with subprocess.Popen(command, text=True, **options) as parent:
        try:
            yield parent
        finally:
            parent.kill()


@contextmanager
def hanging_in_the_loader(endless: Path) -> Iterator[None]:
    """Begin when somebody reads these weights, and leave the reader waiting for the first byte."""
    writers: list[int] = []

    def is_read() -> bool:
        with suppress(OSError):  # without a reader it cannot be opened
            writers.append(os.open(endless, os.O_WRONLY | os.O_NONBLOCK))
        return bool(writers)

    wait_until(is_read, "a child that loads the weights")
    try:
        yield
    finally:
        os.close(writers[0])


def test_file_that_is_no_gguf_fails_with_the_log_and_both_ways_on(tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_text("hello")

    with pytest.raises(ModelUnavailable) as failure:
        asyncio.run(start(path))

    message = str(failure.value)
    assert f"{path} did not start" in message
    assert "invalid magic characters" in message
    assert "OPENAI_BASE_URL" in message
    assert "FANJOIN_LOCAL_MODEL=" in message


def test_missing_file_fails_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"nope.gguf' \(No such file or directory\)"):
        asyncio.run(start(tmp_path / "nope.gguf"))


def test_the_log_can_be_written_out_before_an_exit() -> None:
    """Else the reason of a failure is lost now and then."""
    flush = "import sys; from app.local_llm.child import flush_log; sys.exit(not flush_log())"

    flushed = subprocess.run([sys.executable, "-c", flush], cwd=ROOT, check=False)

    assert flushed.returncode == 0


def test_start_is_bounded_in_time_and_leaves_no_child(endless: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"was not ready after 0.5 seconds"):
        asyncio.run(start(endless, start_seconds=0.5))

    assert model_servers(os.getpid()) == []


def test_cancelled_start_leaves_no_child(endless: Path) -> None:
    async def cancel() -> psutil.Process:
        task = asyncio.create_task(start(endless))
        child = await asyncio.to_thread(await_model_server, os.getpid())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return child

    await_end(asyncio.run(cancel()))


def test_api_key_is_not_shown_by_accident() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "secret-key", "m")

    assert "secret-key" not in repr(endpoint)
    assert endpoint.environment["OPENAI_API_KEY"] == "secret-key"


@pytest.mark.skipif(sys.platform != "linux", reason="a loading child notices at once only there")
def test_child_dies_with_a_killed_parent_even_while_it_loads(endless: Path) -> None:
    with serving_parent(endless) as parent:
        child = await_model_server(parent.pid)
        with hanging_in_the_loader(endless):  # deaf to its standard input
            parent.kill()
            parent.wait()

            await_end(child)


def test_child_without_a_key_serves_nothing(endless: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "app.local_llm.child", endless, "m", "1", "0"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert child.returncode == 1
    assert child.stdout == ""
    assert "before it named an API key" in child.stderr


def test_interrupt_of_the_terminal_does_not_reach_the_child(endless: Path) -> None:
    with serving_parent(endless, start_new_session=True) as parent:
        child = await_model_server(parent.pid)

        assert os.getpgid(child.pid) != os.getpgid(parent.pid)

    await_end(child)
