"""`fanjoin dev` as a person starts it: a process that watches real files."""

import signal
from pathlib import Path

import httpx2
import pytest

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import fanjoin
from tests.patience import SECONDS

pytestmark = pytest.mark.slow


def test_saved_file_is_served_and_an_error_at_start_is_fixed_without_a_restart(
    tmp_path: Path,
) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))
    graph = tmp_path / "fan_out_0.py"
    text = graph.read_text()
    graph.write_text(text.replace("import asyncio", "import asyncoi", 1))
    body = {"input": {"topic": "tides"}}

    with fanjoin("dev", folder=tmp_path) as process:
        url = f"{process.url()}/graphs/tides/invoke"
        process.wait_for("Watching the graphs' files")
        refused = httpx2.post(url, json=body, timeout=SECONDS)
        graph.write_text(text)
        process.wait_for("serving 1 graph.")
        fixed = httpx2.post(url, json=body, timeout=SECONDS)
        status = process.stop(signal.SIGINT)

    assert refused.status_code == 503
    assert "No module named 'asyncoi'" in process.output
    assert fixed.json()["output"] == {"brief": "high and low"}
    assert status == 0
    assert "Traceback" not in process.output


def test_folder_that_langgraph_json_names_later_is_watched_too(tmp_path: Path) -> None:
    folder, other = tmp_path / "project", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    write_registry(folder, tides=write_graph(folder))

    with fanjoin("dev", folder=folder) as process:
        process.wait_for("Watching the graphs' files")
        write_graph(other)
        write_registry(folder, waves="../other/fan_out_0.py:graph")
        process.wait_for("Reloaded the graphs")
        (other / "fan_out_0.py").write_text("graph = None\n")
        process.wait_for("excluded (503)")
        process.stop(signal.SIGINT)

    assert "graph 'waves'" in process.output
