"""What becomes of runs under way when the service is told to stop."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import fanjoin

pytestmark = pytest.mark.slow

BODY = {"input": {"topic": "tides"}}


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_GRACE_SECONDS", "1.5")


def data_of(lines: Iterator[str], name: str) -> str:
    """Return the data of the next event of this name."""
    for line in lines:
        if line == f"event: {name}":
            return next(lines)
    raise AssertionError(f"the stream ended without {name}")


@pytest.mark.parametrize(("delay", "status"), [(0.6, "success"), (30, "cancelled")])
def test_stream_goes_on_for_the_grace_and_ends_with_its_last_event(
    tmp_path: Path, delay: float, status: str
) -> None:
    write_registry(tmp_path, slow=write_graph(tmp_path, delay=delay))

    with fanjoin("serve", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/slow/stream"
        with httpx2.stream("POST", url, json=BODY) as answer:
            lines = answer.iter_lines()
            data_of(lines, "branch_started")
            exit_status = process.stop(signal.SIGINT)

            assert f'"status": "{status}"' in data_of(lines, "end")

    assert exit_status == 0
    assert "Traceback" not in process.output


def test_background_run_is_let_go_after_the_grace_and_goes_on_at_the_next_start(
    tmp_path: Path,
) -> None:
    write_registry(tmp_path, slow=write_graph(tmp_path, delay=30))

    with fanjoin("serve", folder=tmp_path) as process:
        run_id = httpx2.post(f"{process.url()}/graphs/slow/runs", json=BODY).json()["run_id"]
        assert process.stop(signal.SIGTERM) == 0
    with fanjoin("serve", folder=tmp_path) as restarted:
        run = httpx2.get(f"{restarted.url()}/runs/{run_id}").json()
        assert restarted.stop(signal.SIGTERM) == 0

    assert run["status"] in ("pending", "running")
    assert "RunCancelled" not in process.output
    assert "Traceback" not in process.output + restarted.output
