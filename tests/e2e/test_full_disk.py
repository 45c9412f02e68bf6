"""A disk that fills under a running service: it says so, loses nothing, and goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.app.cli.graph_files import until_there_is, write_graph, write_registry
from tests.app.cli.processes import fanjoin
from tests.e2e.small_disk import SmallDisk, small_disk
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.hostile

FILES = ("fanjoin.db", "checkpoints.db", "store.db")

LARGE = 100_000
"""Characters of an input, of which the service stores several copies."""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        monkeypatch.setenv("FANJOIN_DATA_DIR", str(disk.folder))
        yield disk


def post(client: httpx2.Client, graph_id: str, way: str, **rest: Any) -> httpx2.Response:
    body = {"input": {"topic": "tides"}, **rest}
    return client.post(f"/graphs/{graph_id}/{way}", json=body)


def readiness(client: httpx2.Client) -> str:
    """Return "ready", or why it is not."""
    answer = client.get("/health/ready").json()
    return str(answer.get("detail", answer["status"]))


def status_of(client: httpx2.Client, run_id: str) -> str:
    return str(client.get(f"/runs/{run_id}").json().get("status"))


def wait_for_success(client: httpx2.Client, run_id: str) -> None:
    wait_until(lambda: status_of(client, run_id) == "success", f"the end of run {run_id}")


def stored(disk: SmallDisk) -> set[str]:
    """Return the runs that succeeded and have all that belongs to them, in files that are whole."""
    for name in FILES:
        with closing(sqlite3.connect(disk.folder / name)) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(sqlite3.connect(disk.folder / "fanjoin.db")) as file:
        rows = file.execute("SELECT id, status, output, report, last_events FROM runs").fetchall()
    assert all(row[1] == "success" and all(row) for row in rows)
    return {row[0] for row in rows}


def test_full_disk_takes_no_run_and_loses_none(disk: SmallDisk, tmp_path: Path) -> None:
    released = tmp_path / "released"
    slow = write_graph(tmp_path, high=until_there_is(released))
    write_registry(tmp_path, quick=write_graph(tmp_path), slow=slow)

    with (
        fanjoin("serve", folder=tmp_path) as process,
        httpx2.Client(base_url=process.url(), timeout=SECONDS) as client,
    ):
        before = post(client, "quick", "invoke").json()["run_id"]
        under_way = post(client, "slow", "runs").json()["run_id"]
        disk.fill()
        wait_until(lambda: readiness(client) == "the disk is full", "the service not to be ready")
        refused = [
            *(post(client, "quick", way) for way in ("invoke", "stream", "runs")),
            post(client, "quick", "invoke", thread_id="t"),
        ]
        readable = status_of(client, before)
        released.touch()
        disk.free()
        wait_until(lambda: readiness(client) == "ready", "the service to be ready again")
        wait_for_success(client, under_way)
        afterwards = post(client, "quick", "invoke", thread_id="t").json()["run_id"]

    assert {answer.status_code for answer in refused} == {503}
    assert {answer.json()["detail"] for answer in refused} == {"the disk is full"}
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert readable == "success"
    assert stored(disk) == {before, under_way, afterwards}
    assert process.output.count("not ready") == 1
    assert "Traceback" not in process.output


def test_runs_that_fill_the_disk_themselves_succeed_once_there_is_room(
    disk: SmallDisk, tmp_path: Path
) -> None:
    write_registry(tmp_path, quick=write_graph(tmp_path))
    large = {"topic": "x" * LARGE}

    with (
        fanjoin("serve", folder=tmp_path) as process,
        httpx2.Client(base_url=process.url(), timeout=SECONDS) as client,
    ):
        accepted: set[str] = set()
        while (answer := post(client, "quick", "runs", input=large)).is_success:
            accepted.add(answer.json()["run_id"])
        reason = readiness(client)
        disk.grow(64)
        wait_until(lambda: readiness(client) == "ready", "the service to be ready again")
        for run_id in accepted:
            wait_for_success(client, run_id)

    assert (answer.status_code, answer.json()["detail"]) == (503, "the disk is full")
    assert reason == "the disk is full"
    assert len(accepted) > 1
    assert stored(disk) == accepted
    assert "Traceback" not in process.output
