"""`fanjoin openapi` writes what a running service says of itself."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from app.main import create_app
from app.settings import Settings
from tests.app.cli.graph_files import write_graph, write_registry


@pytest.fixture(autouse=True)
def one_graph(tmp_path: Path) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))


def openapi(*words: str) -> Result:
    return CliRunner().invoke(cli, ["openapi", *words])


def test_document_is_that_of_the_running_service_and_nothing_else_is_printed(
    tmp_path: Path,
) -> None:
    result = openapi()

    registry = tmp_path / "langgraph.json"
    settings = Settings(
        _env_file=None, graphs_file=registry, data_dir=tmp_path / "data", local_model="off"
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        served = client.get("/openapi.json").json()
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == served
    assert "/graphs/tides/invoke" in served["paths"]
    assert result.stderr == ""


def test_same_graphs_give_the_same_document() -> None:
    assert openapi().stdout == openapi().stdout


def test_it_is_written_to_a_file_when_one_is_named(tmp_path: Path) -> None:
    result = openapi("-o", "api.json")

    assert result.stdout == ""
    assert json.loads((tmp_path / "api.json").read_text())["info"]["title"]


def test_it_leaves_no_data_behind_and_touches_none(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))

    openapi()

    assert {file for file in set(tmp_path.rglob("*")) - before if ".data" in file.parts} == set()


def test_it_needs_neither_database_nor_model_nor_own_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANJOIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("FANJOIN_SIGN_IN", "own")

    assert openapi().exit_code == 0


def test_graphs_that_cannot_be_served_are_named(tmp_path: Path) -> None:
    write_registry(tmp_path, tides="./gone.py:graph")

    result = openapi()

    assert result.exit_code == 1
    assert "gone.py" in result.stderr
