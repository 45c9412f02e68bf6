"""`fanjoin diagram` draws one graph, as the service does."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.graph_files import write_graph, write_registry


@pytest.fixture(autouse=True)
def one_graph(tmp_path: Path) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))


def diagram(*words: str) -> Result:
    return CliRunner().invoke(cli, ["diagram", *words])


def test_a_graph_is_printed_as_mermaid_and_nothing_else() -> None:
    result = diagram("tides")

    assert result.exit_code == 0
    assert result.stdout.startswith("flowchart LR\n")
    assert "    high --> join\n" in result.stdout


def test_with_svg_it_is_a_picture() -> None:
    assert diagram("tides", "--svg").stdout.startswith("<svg")


def test_it_is_written_to_a_file_when_one_is_named(tmp_path: Path) -> None:
    result = diagram("tides", "-o", "tides.mmd")

    assert result.stdout == ""
    assert (tmp_path / "tides.mmd").read_text() == diagram("tides").stdout


def test_an_unknown_graph_is_named_beside_the_known_ones() -> None:
    result = diagram("waves")

    assert result.exit_code == 1
    assert "there is no graph 'waves'; available graphs: tides" in result.stderr


def test_a_file_that_cannot_be_written_is_named_without_a_traceback() -> None:
    result = diagram("tides", "-o", "nowhere/tides.mmd")

    assert result.exit_code != 0
    assert "nowhere/tides.mmd" in result.stderr
    assert "Traceback" not in result.stderr
