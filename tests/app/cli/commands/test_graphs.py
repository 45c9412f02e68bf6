"""`fanjoin graphs` reads langgraph.json without a server."""

import json
from pathlib import Path

from typer.testing import CliRunner

from app.cli.typer_app import cli
from tests.app.cli.graph_files import write_graph, write_registry
from tests.conftest import OWN_GRAPHS


def test_graphs_lists_id_description_branches_and_join(tmp_path: Path) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))

    result = CliRunner().invoke(cli, ["graphs"])

    assert result.exit_code == 0
    for word in ("tides", "About tides.", "high", "low", "join"):
        assert word in result.stdout


def test_json_lists_the_same_for_machines(tmp_path: Path) -> None:
    file = write_registry(tmp_path, tides=write_graph(tmp_path))

    result = CliRunner().invoke(cli, ["graphs", "--json", "--graphs-file", str(file)])

    (listed,) = json.loads(result.stdout)
    assert listed["graph_id"] == "tides"
    assert [branch["name"] for branch in listed["branches"]] == ["high", "low"]
    assert listed["joins"] == ["join"]


def test_policies_of_kit_branches_are_told() -> None:
    result = CliRunner().invoke(cli, ["graphs", "--graphs-file", str(OWN_GRAPHS)])

    assert "key_terms" in result.stdout
    assert "optional" in result.stdout
    assert "attempts" in result.stdout


def test_every_broken_graph_is_named_without_a_traceback(tmp_path: Path) -> None:
    write_registry(tmp_path, gone="./gone.py:graph", lost="./lost.py:graph")

    result = CliRunner().invoke(cli, ["graphs"])

    assert result.exit_code == 1
    assert "gone.py" in result.stderr
    assert "lost.py" in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_registry_names_the_file_and_the_setting() -> None:
    result = CliRunner().invoke(cli, ["graphs"])

    assert result.exit_code == 1
    assert "langgraph.json" in result.stderr
    assert "FANJOIN_GRAPHS_FILE" in result.stderr
