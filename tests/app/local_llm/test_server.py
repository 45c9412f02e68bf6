"""The child process: how it fails, and that it never outlives its parent.

A named pipe stands for weights that take for ever to load: the child hangs in the real loader.
"""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.errors import ModelUnavailable
from app.local_llm.server import Endpoint, serve_model

PARENT = """
import asyncio, pathlib, sys
from app.local_llm.server import serve_model

async def main():
    async with serve_model(pathlib.Path(sys.argv[1])) as endpoint:
        print(endpoint.base_url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    path = tmp_path / "endless.gguf"
    os.mkfifo(path)
    return path


async def start(path: Path, start_seconds: float = 60) -> Endpoint:
    async with serve_model(path, start_seconds=start_seconds) as endpoint:
        return endpoint


def model_servers(parent: int) -> list[psutil.Process]:
    children = psutil.Process(parent).children()
    return [child for child in children if "app.local_llm.child" in child.cmdline()]


def await_model_server(parent: int) -> psutil.Process:
    for _ in range(500):
        if servers := model_servers(parent):
            return servers[0]
        time.sleep(0.01)
    raise AssertionError("no child was started")


def is_gone(child: psutil.Process) -> bool:
    """Whether it ended; nobody may have collected it yet."""
    _, alive = psutil.wait_procs([child], timeout=5)
    return not alive or child.status() == psutil.STATUS_ZOMBIE


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

    assert is_gone(asyncio.run(cancel()))


def test_api_key_is_not_shown_by_accident() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "secret-key", "m")

    assert "secret-key" not in repr(endpoint)
    assert endpoint.environment["OPENAI_API_KEY"] == "secret-key"


@pytest.mark.skipif(sys.platform != "linux", reason="a loading child notices at once only there")
def test_child_dies_with_a_killed_parent_even_while_it_loads(endless: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, endless])
    child = await_model_server(parent.pid)
    time.sleep(1)  # by now it hangs in the loader, deaf to its standard input

    parent.kill()
    parent.wait()

    assert is_gone(child)


def test_child_without_a_key_serves_nothing(endless: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "app.local_llm.child", endless, "m", "1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert child.returncode == 1
    assert child.stdout == ""
    assert "before it named an API key" in child.stderr


def test_interrupt_of_the_terminal_does_not_reach_the_child(endless: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, endless], start_new_session=True)
    child = await_model_server(parent.pid)

    try:
        assert os.getpgid(child.pid) != os.getpgid(parent.pid)
    finally:
        parent.kill()
        parent.wait()
    assert is_gone(child)
