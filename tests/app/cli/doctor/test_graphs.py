"""The graphs, loaded in a process that may print, hang or die."""

import asyncio
from pathlib import Path

import psutil
import pytest

from app.cli.doctor.findings import Finding
from app.cli.doctor.graphs import check_graphs
from app.cli.doctor.loaded_graphs import look_at
from app.cli.doctor.reading import read_settings
from tests.app.cli.graph_files import write_graph, write_registry
from tests.patience import SECONDS

pytestmark = pytest.mark.slow

LINTED = Path(__file__).parents[2] / "lint_corpus"
WRONG = f"{LINTED / 'wrong' / 'unequal_depth.py'}:graph"
SUSPICIOUS = f"{LINTED / 'suspicious' / 'one_key_two_writers.py'}:graph"


async def look() -> list[Finding]:
    return await check_graphs(read_settings())


def test_graphs_that_can_be_served_are_counted(tmp_path: Path) -> None:
    path = write_registry(tmp_path, one=write_graph(tmp_path), two=write_graph(tmp_path))

    assert look_at(path) == [Finding("ok", f"2 graphs of {path} can be served")]


def test_what_the_lint_finds_keeps_its_weight_and_its_mend(tmp_path: Path) -> None:
    found = look_at(write_registry(tmp_path, bad=WRONG, odd=SUSPICIOUS))

    assert [finding.status for finding in found] == ["error", "warning"]
    assert ["(bad)" in finding.detail for finding in found] == [True, False]
    assert all(finding.mend for finding in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "langgraph.json cannot be read"),
        ("{", "is not JSON"),
        ('{"graphs": {"tides": {"path": "./gone.py:graph"}}}', "there is no file"),
    ],
)
def test_broken_registry_is_told(content: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "langgraph.json"
    if content is not None:
        path.write_text(content)

    (found,) = look_at(path)

    assert found.status == "error"
    assert said in found.detail
    assert found.mend is not None


@pytest.mark.anyio
async def test_what_a_graph_prints_is_not_taken_for_a_finding(tmp_path: Path) -> None:
    path = write_registry(tmp_path, one=write_graph(tmp_path)).parent / "fan_out_0.py"
    path.write_text(f"print('[1]', flush=True)\n{path.read_text()}")

    assert [found.status for found in await look()] == ["ok"]


@pytest.mark.anyio
async def test_graph_that_takes_the_process_down_is_told(tmp_path: Path) -> None:
    (tmp_path / "deadly.py").write_text("import os\nos._exit(7)")
    write_registry(tmp_path, deadly="./deadly.py:graph")

    (found,) = await look()

    assert (found.status, found.detail) == ("error", "loading the graphs ended with status 7")


@pytest.mark.anyio
async def test_graph_that_never_ends_is_ended_with_the_check(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import time\nopen('begun', 'w')\ntime.sleep(3600)")
    write_registry(tmp_path, endless="./endless.py:graph")
    looking = asyncio.create_task(look())
    async with asyncio.timeout(SECONDS):
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.05)

    looking.cancel()
    await asyncio.wait({looking})

    children = psutil.Process().children()
    psutil.wait_procs(children, timeout=5)
    assert not any("loaded_graphs" in str(child.cmdline()) for child in psutil.Process().children())
