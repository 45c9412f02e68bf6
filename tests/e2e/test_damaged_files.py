"""Files that are damaged by the byte, under a real service: at its start, and while it runs."""

import json
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.app.cli.processes import Process, fanjoin
from tests.conftest import SERVED_GRAPHS
from tests.patience import SECONDS

pytestmark = pytest.mark.hostile

PAGE = 4096
GARBAGE = b"\xa5" * 200
ON_THREAD = {"input": {}, "thread_id": "t"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a service that ran a graph and stopped."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FANJOIN_DATA_DIR", str(folder / "data"))
        patch.setenv("FANJOIN_GRAPHS_FILE", str(SERVED_GRAPHS))
        with fanjoin("serve", folder=folder) as service:
            for thread_id in ("t", "u"):
                assert invoke(service, thread_id=thread_id).status_code == 200
            service.stop(signal.SIGTERM)
    return folder / "data"


@pytest.fixture
def data(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(whole, tmp_path / "data")
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FANJOIN_GRAPHS_FILE", str(SERVED_GRAPHS))
    return tmp_path / "data"


def invoke(service: Process, **body: Any) -> httpx2.Response:
    url = f"{service.url()}/graphs/tally/invoke"
    return httpx2.post(url, json={"input": {}, **body}, timeout=SECONDS)


def break_header(file: Path) -> None:
    write(file, 0, b"\xa5" * 100)


def break_pages(file: Path) -> None:
    for page in range(PAGE, file.stat().st_size, PAGE):
        write(file, page, GARBAGE)


def cut(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(PAGE + 1000)


def write(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


@pytest.mark.parametrize(
    ("name", "damage"),
    [("fanjoin.db", break_header), ("checkpoints.db", cut), ("store.db", break_header)],
)
def test_start_on_a_damaged_file_ends_with_one_line_that_names_it(
    data: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(data / name)

    with fanjoin("serve", folder=data.parent) as service:
        status = service.wait()

    assert status == 1
    assert "Traceback" not in service.output
    [said] = [line for line in service.output.splitlines() if line.startswith("fanjoin: ")]
    assert re.match(rf"fanjoin: {name}: the database's file is .*: restore a backup", said)


def test_pages_that_break_under_a_service_cost_their_threads_alone(data: Path) -> None:
    with fanjoin("serve", folder=data.parent) as service:
        assert invoke(service, thread_id="t").status_code == 200
        with closing(sqlite3.connect(data / "checkpoints.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        break_pages(data / "checkpoints.db")

        on_thread = invoke(service, thread_id="t")
        plain = invoke(service)
        listed = httpx2.post(f"{service.url()}/runs/search", json={}, timeout=SECONDS)
        deleted = httpx2.delete(f"{service.url()}/threads/t", timeout=SECONDS)
        threads = httpx2.post(f"{service.url()}/threads/search", json={}, timeout=SECONDS)
        status = service.stop(signal.SIGTERM)

    assert on_thread.status_code == 503, on_thread.text
    assert "checkpoints.db: the database's file is damaged" in on_thread.json()["detail"]
    assert on_thread.json()["branch"] is None
    assert (plain.status_code, listed.status_code) == (200, 200)
    assert deleted.status_code == 503
    assert "checkpoints.db: the database's file is damaged" in deleted.json()["detail"]
    [broken] = [one for one in threads.json() if one["thread_id"] == "t"]
    assert broken["status"] == "error"
    assert "the database's file is damaged" in broken["unreadable"]
    assert status == 0
    assert "Traceback" not in service.output


def test_unreadable_rows_end_or_are_listed_and_the_service_serves(data: Path) -> None:
    with closing(sqlite3.connect(data / "fanjoin.db")) as file, file:
        file.execute("UPDATE threads SET metadata = CAST(x'ff7b' AS TEXT) WHERE thread_id = 't'")
        file.execute("UPDATE runs SET status = 'running', request = '{' WHERE thread_id = 'u'")

    with fanjoin("serve", folder=data.parent) as service:
        url = service.url()
        threads = httpx2.post(f"{url}/threads/search", json={}, timeout=SECONDS).json()
        runs = httpx2.post(f"{url}/runs/search", json={}, timeout=SECONDS).json()
        deleted = httpx2.delete(f"{url}/threads/t", timeout=SECONDS)
        again = invoke(service, thread_id="u")
        service.stop(signal.SIGTERM)

    assert {one["thread_id"]: "unreadable" in one for one in threads} == {"t": True, "u": False}
    assert {run["thread_id"]: run["status"] for run in runs} == {"t": "success", "u": "error"}
    assert deleted.status_code == 204
    assert again.json()["output"] == {"count": 2}
    assert service.output.count("run failed") == 1


def test_doctor_names_each_damaged_file(data: Path) -> None:
    for name in ("checkpoints.db", "store.db"):
        break_pages(data / name)

    with fanjoin("doctor", "--json", folder=data.parent) as doctor:
        status = doctor.wait()

    findings = json.loads(doctor.output[doctor.output.index("[") :])
    errors = [one["detail"] for one in findings if one["name"] == "database" and one["fix"]]
    assert status == 1
    assert [Path(detail.split(":")[0]).name for detail in errors] == ["checkpoints.db", "store.db"]
