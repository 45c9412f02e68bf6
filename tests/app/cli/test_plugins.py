"""Commands that other packages bring."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import all_names, cli

GREET = '''"""Greet people.

More of it.
"""
import os

import typer

commands = typer.Typer()


@commands.command("hello")
def hello(name: str) -> None:
    """Say hello."""
    if name == "nobody":
        raise typer.BadParameter("nobody is there")
    print(f"hello {name}, {os.environ.get('GREETING')}")


@commands.callback()
def greet() -> None:
    """Greet people, in the module's own words."""
'''


def install(folder: Path, name: str, target: str) -> None:
    """Lay down what a package manager does for a package with one entry point."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[fanjoin.commands]\n{name} = {target}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where packages are installed, with one that greets."""
    folder = tmp_path / "packages"
    install(folder, "greet", "greet:commands")
    (folder / "greet.py").write_text(GREET)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "greet", raising=False)
    return folder


def fanjoin(*words: str) -> Result:
    result = CliRunner().invoke(cli, words)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_help_lists_a_plug_in_and_imports_neither_it_nor_the_packages_around_it(
    packages: Path,
) -> None:
    install(packages, "deep", "deep.below:commands")
    (packages / "deep").mkdir()
    (packages / "deep" / "__init__.py").touch()
    (packages / "deep" / "below.py").write_text('"""Far down."""')

    result = fanjoin("--help")

    assert result.exit_code == 0
    assert "Greet people." in result.stdout
    assert "Far down." in result.stdout
    assert not {"greet", "deep"} & set(sys.modules)


def test_plug_in_is_called_with_the_variables_of_the_env_file(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREETING", "taken out again after the test")
    monkeypatch.delenv("GREETING")
    (tmp_path / ".env").write_text("GREETING=nice to see you\n")

    result = fanjoin("greet", "hello", "Ada")

    assert (result.exit_code, result.stdout) == (0, "hello Ada, nice to see you\n")


def test_bad_input_of_a_plug_in_exits_2_with_its_message(packages: Path) -> None:
    result = fanjoin("greet", "hello", "nobody")

    assert result.exit_code == 2
    assert "nobody is there" in result.stderr


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere:commands", "No module named 'nowhere'"),
        ("no.where:commands", "No module named 'no'"),
        ("string:no_such_name", "has no attribute 'no_such_name'"),
        ("string:digits", "is no typer app: string:digits"),
    ],
)
def test_plug_in_that_cannot_be_loaded_is_told_and_harms_no_other(
    packages: Path, target: str, reason: str
) -> None:
    install(packages, "lost", target)

    called, helped = fanjoin("lost"), fanjoin("--help")

    assert called.exit_code == 1
    assert reason in called.stderr
    assert helped.exit_code == 0
    assert "lost" in helped.stdout


def test_plug_in_cannot_take_the_place_of_a_command(packages: Path) -> None:
    install(packages, "run", "greet:commands")

    result = fanjoin("run", "--help")

    assert result.exit_code == 0
    assert "running service" in result.stdout
    assert all_names().count("run") == 1
