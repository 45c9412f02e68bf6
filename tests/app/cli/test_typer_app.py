"""The command line as a whole: its commands, its help, its version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.plugins import plugin_names
from app.cli.typer_app import COMMANDS, all_names, cli, load_command
from app.project import NAME, VERSION
from tests.app.cli.processes import REPOSITORY

HELP = """
import sys
from pathlib import Path
import app.cli

sys.argv = ["fanjoin", "--help"]
try:
    app.cli.main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
SLOW_TO_IMPORT = {
    *("app.settings", "app.cli.environment", "app.cli.commands", "app.cli.json_output", "graphs"),
    *("pydantic", "pydantic_core", "fastapi", "uvicorn", "sqlalchemy", "alembic", "httpx2"),
    *("langgraph", "langchain_core", "langchain_openai", "openai"),
}


def test_all_names_are_the_own_ones_and_the_plug_ins() -> None:
    assert set(all_names()) == {*COMMANDS, *plugin_names()}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_line_of_a_command_is_the_first_of_its_own_help(name: str) -> None:
    assert load_command(name).help.partition("\n\n")[0].strip() == COMMANDS[name]


def test_help_imports_no_command_and_nothing_heavy() -> None:
    result = subprocess.run(
        [sys.executable, "-c", HELP],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert all(name in result.stdout for name in COMMANDS)
    assert not SLOW_TO_IMPORT & set(result.stderr.split())


def test_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(cli, ["--version"])

    assert (result.exit_code, result.stdout) == (0, f"{NAME} {VERSION}\n")


def test_unknown_command_exits_2() -> None:
    result = CliRunner().invoke(cli, ["nonesuch"])

    assert result.exit_code == 2
    assert "nonesuch" in result.stderr


def test_folder_that_was_deleted_under_a_command_is_named_as_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    in_no_folder = ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "-", sys.executable, "-m", "app"]

    result = subprocess.run(
        [*in_no_folder, "graphs"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "current folder does not exist any more" in result.stderr
    assert "Traceback" not in result.stderr
