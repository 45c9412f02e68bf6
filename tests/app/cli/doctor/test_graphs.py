"""The graphs, loaded as far as they can be."""

from pathlib import Path

import pytest

from app.cli.doctor.finding import Finding
from app.cli.doctor.graphs import check_graphs
from app.cli.doctor.reading import read_settings
from tests.app.cli.graph_files import write_graph, write_registry

pytestmark = pytest.mark.anyio

LINTED = Path(__file__).parents[2] / "lint_corpus"
WRONG = f"{LINTED / 'wrong' / 'unequal_depth.py'}:graph"
SUSPICIOUS = f"{LINTED / 'suspicious' / 'one_key_two_writers.py'}:graph"


async def check() -> list[Finding]:
    return await check_graphs(read_settings())


async def test_graphs_that_can_be_served_are_counted(tmp_path: Path) -> None:
    write_registry(tmp_path, one=write_graph(tmp_path), two=write_graph(tmp_path))

    assert await check() == [Finding("ok", "2 graphs of langgraph.json can be served")]


async def test_findings_of_the_lint_keep_their_severity_and_their_fix(tmp_path: Path) -> None:
    write_registry(tmp_path, bad=WRONG, odd=SUSPICIOUS)

    findings = await check()

    assert [finding.status for finding in findings] == ["error", "warning"]
    assert ["(bad)" in finding.detail for finding in findings] == [True, False]
    assert all(finding.fix for finding in findings)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "langgraph.json cannot be read"),
        ("{", "is not JSON"),
        ('{"graphs": {"tides": {"path": "./gone.py:graph"}}}', "there is no file"),
        ('{"graphs": {"tides": {"path": "./exits.py:graph"}}}', "SystemExit: 7"),
    ],
)
async def test_registry_that_leads_to_no_graph_is_an_error(
    content: str | None, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "exits.py").write_text("import sys\nsys.exit(7)")
    if content is not None:
        (tmp_path / "langgraph.json").write_text(content)

    (finding,) = await check()

    assert finding.status == "error"
    assert reason in finding.detail
    assert finding.fix is not None
