"""What becomes of runs under way when the service is told to stop."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.app.cli.graph_files import FOR_EVER, until_there_is, write_graph, write_registry
from tests.app.cli.processes import Process, fanjoin
from tests.patience import SECONDS

pytestmark = pytest.mark.slow

BODY = {"input": {"topic": "tides"}}


STUCK_IN_A_THREAD = """print("stuck", flush=True)
    await asyncio.to_thread(__import__("time").sleep, 3600)"""

STUCK_IN_THE_LOOP = """print("stuck", flush=True)
    __import__("time").sleep(3600)"""


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_GRACE_SECONDS", "0.5")


@pytest.fixture
def long_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_GRACE_SECONDS", "3600")


def data_of(lines: Iterator[str], name: str) -> str:
    """Return the data of the next event of this name."""
    for line in lines:
        if line == f"event: {name}":
            return next(lines)
    raise AssertionError(f"the stream ended without {name}")


@pytest.mark.usefixtures("long_grace")
def test_stream_goes_on_within_the_grace_to_the_end_of_its_run(tmp_path: Path) -> None:
    released = tmp_path / "released"
    write_registry(tmp_path, slow=write_graph(tmp_path, high=until_there_is(released)))

    with fanjoin("serve", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/slow/stream"
        with httpx2.stream("POST", url, json=BODY, timeout=SECONDS) as answer:
            lines = answer.iter_lines()
            data_of(lines, "branch_started")
            process.send(signal.SIGINT)
            process.wait_for("Ctrl-C ends them now")
            released.touch()
            exit_status = process.wait()

            assert '"status":"success"' in data_of(lines, "end")

    assert exit_status == 0
    assert "Traceback" not in process.output


@pytest.mark.usefixtures("short_grace")
def test_stream_of_a_run_that_outlasts_the_grace_ends_with_its_last_event(tmp_path: Path) -> None:
    write_registry(tmp_path, slow=write_graph(tmp_path, high=FOR_EVER))

    with fanjoin("serve", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/slow/stream"
        with httpx2.stream("POST", url, json=BODY, timeout=SECONDS) as answer:
            lines = answer.iter_lines()
            data_of(lines, "branch_started")
            exit_status = process.stop(signal.SIGINT)

            assert '"status":"cancelled"' in data_of(lines, "end")

    assert exit_status == 0
    assert "Traceback" not in process.output


@pytest.mark.usefixtures("short_grace")
def test_background_run_is_let_go_after_the_grace_and_goes_on_at_the_next_start(
    tmp_path: Path,
) -> None:
    write_registry(tmp_path, slow=write_graph(tmp_path, high=FOR_EVER))

    with fanjoin("serve", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/slow/runs"
        run_id = httpx2.post(url, json=BODY, timeout=SECONDS).json()["run_id"]
        assert process.stop(signal.SIGTERM) == 0
    with fanjoin("serve", folder=tmp_path) as restarted:
        run = restarted.get(f"/runs/{run_id}").json()
        assert restarted.stop(signal.SIGTERM) == 0

    assert run["status"] in ("pending", "running")
    assert "RunCancelled" not in process.output
    assert "Traceback" not in process.output + restarted.output


@contextmanager
def stuck(folder: Path, *, high: str) -> Iterator[Process]:
    """Serve a graph one of whose nodes does not return, and let a request run it."""
    write_registry(folder, slow=write_graph(folder, high=high))
    with fanjoin("serve", folder=folder) as process:
        url = httpx2.URL(f"{process.url()}/graphs/slow/invoke")
        content = b'{"input": {"topic": "tides"}}'
        head = (
            f"POST {url.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection((url.host, url.port or 80)) as client:
            client.sendall(head.encode() + content)
            process.wait_for("stuck")
            yield process


@pytest.mark.usefixtures("short_grace")
def test_a_thread_that_never_returns_does_not_hold_the_process(tmp_path: Path) -> None:
    with stuck(tmp_path, high=STUCK_IN_A_THREAD) as process:
        exit_status = process.stop(signal.SIGTERM)

    assert exit_status == 0
    assert "Traceback" not in process.output


@pytest.mark.usefixtures("long_grace")
@pytest.mark.parametrize("high", [STUCK_IN_A_THREAD, STUCK_IN_THE_LOOP], ids=["thread", "loop"])
def test_a_second_signal_ends_the_process_whatever_its_nodes_do(tmp_path: Path, high: str) -> None:
    with stuck(tmp_path, high=high) as process:
        process.send(signal.SIGINT)
        exit_status = process.stop(signal.SIGTERM)

    # Which is the second is up to the kernel, when both arrive at once.
    assert exit_status in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    assert "Traceback" not in process.output


@pytest.mark.usefixtures("short_grace")
def test_a_node_that_blocks_the_event_loop_does_not_outlast_the_grace(tmp_path: Path) -> None:
    with stuck(tmp_path, high=STUCK_IN_THE_LOOP) as process:
        exit_status = process.stop(signal.SIGTERM)

    assert exit_status == 128 + signal.SIGTERM
    assert "Traceback" not in process.output
