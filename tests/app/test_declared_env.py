"""`env` of langgraph.json: an object of variables, or a file that holds them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.environment import load_settings
from app.cli.typer_app import cli
from app.env_files import UnreadableVariables, declared_env, load_variable_files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder; what a test loads is unset after it."""
    monkeypatch.chdir(tmp_path)
    for name in ("CITY", "OPENAI_API_KEY", "FANJOIN_GRAPHS_FILE", "fanjoin_graphs_file"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def declare(env: Any, folder: Path = Path()) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "langgraph.json"
    file.write_text(json.dumps({"graphs": {"a": "./a.py:graph"}, "env": env}))
    return file


def test_object_is_loaded_and_gives_way_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    declare({"CITY": "Bath", "OPENAI_API_KEY": "declared"})
    monkeypatch.setenv("OPENAI_API_KEY", "of the environment")

    settings = load_settings()

    assert os.environ["CITY"] == "Bath"
    assert settings.secrets == ["of the environment"]


def test_declared_variables_win_over_the_env_file() -> None:
    declare({"CITY": "Bath"})
    Path(".env").write_text("CITY=Rome\n")

    load_variable_files()

    assert os.environ["CITY"] == "Bath"


def test_file_is_read_beside_its_langgraph_json() -> None:
    file = declare("agent.env", Path("far"))
    Path("far/agent.env").write_text('CITY="Bath Spa"\n')

    load_variable_files(file)

    assert os.environ["CITY"] == "Bath Spa"


@pytest.mark.parametrize("name", ["FANJOIN_GRAPHS_FILE", "fanjoin_graphs_file"])
def test_graphs_file_that_the_env_file_names_is_the_one_that_is_read(name: str) -> None:
    declare({"CITY": "Rome"})
    declare({"CITY": "Bath"}, Path("far"))
    Path(".env").write_text(f"{name}=far/langgraph.json\n")

    load_variable_files()

    assert os.environ["CITY"] == "Bath"


@pytest.mark.parametrize(
    "env",
    [{"FANJOIN_API_KEYS": "k", "CITY": "Bath"}, {"fanjoin_port": "1"}, "agent.env"],
)
def test_settings_of_the_service_are_refused_by_name(env: Any) -> None:
    Path("agent.env").write_text("FANJOIN_API_KEYS=k\nCITY=Bath\n")

    with pytest.raises(UnreadableVariables, match=r"(?i)sets FANJOIN_(API_KEYS|PORT)") as raised:
        declared_env(declare(env))

    assert "environment of the service" in str(raised.value)


def test_env_file_of_the_working_directory_may_hold_the_settings() -> None:
    declare(".env")
    Path(".env").write_text("FANJOIN_PORT=8123\nCITY=Bath\n")

    assert load_settings().port == 8123
    assert os.environ["CITY"] == "Bath"


@pytest.mark.parametrize(
    "env",
    [
        7,
        ["CITY"],
        {"CITY": 7},
        {"CITY": None},
        {"": "x"},
        {"A=B": "x"},
        {"A B": "x"},
        {" A": "x"},
        {"A\tB": "x"},
        {"A\0B": "x"},
        {"\ud800": "x"},
        {"CITY": "\ud800"},
        "folder",
        "blank.env",
        {"CITY": "a\0b"},
        "bad.env",
    ],
)
def test_what_is_no_variable_is_refused_without_its_value(env: Any) -> None:
    Path("bad.env").write_bytes(b"CITY=\xff")
    Path("blank.env").write_text("'A B'=x\n")
    Path("folder").mkdir()

    with pytest.raises(UnreadableVariables, match=r"langgraph\.json|bad\.env"):
        declared_env(declare(env))


def test_file_that_is_not_there_declares_nothing() -> None:
    assert declared_env(declare("gone.env")) == {}


@pytest.mark.parametrize("command", ["graphs", "serve"])
@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"FANJOIN_PORT": "1"}, "FANJOIN_PORT"),
        ({"A B": "x"}, "the name 'A B'"),
        (".", "which is a folder"),
    ],
)
def test_command_says_in_one_line_what_is_wrong(command: str, env: Any, said: str) -> None:
    declare(env)

    result = CliRunner().invoke(cli, [command])

    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_doctor_names_an_env_that_is_a_folder() -> None:
    declare(".")

    result = CliRunner().invoke(cli, ["doctor"])

    assert "which is a folder: name a file" in result.output
    assert "Traceback" not in result.output
