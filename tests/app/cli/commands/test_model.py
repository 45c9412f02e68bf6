"""`fanjoin model` as a person types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.typer_app import cli as fanjoin
from app.cli.weights import announce_download
from app.local_llm.weights import KNOWN
from app.settings import Settings
from tests.conftest import ROOT

REPORT_ENVIRONMENT = """
import os, sys
names = ["OPENAI_BASE_URL", "OPENAI_API_KEY", "FANJOIN_MODEL"]
sys.exit(7 if all(os.environ.get(name) for name in names) else 1)
"""
TELL_BARE = "import os, sys; sys.exit(7 if 'OPENAI_BASE_URL' not in os.environ else 1)"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Run where no `.env` and no cached weights are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANJOIN_MODEL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("FANJOIN_LOCAL_MODEL", raising=False)
    return CliRunner()


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "own.gguf"
    path.write_text("no model at all")
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", str(path))
    return path


def test_path_without_weights_exits_1_and_names_the_mend(cli: CliRunner) -> None:
    result = cli.invoke(fanjoin, ["model", "path"])

    assert result.exit_code == 1
    assert "fanjoin model pull" in result.stderr


@pytest.mark.parametrize("command", ["path", "pull"])
def test_operators_file_is_printed(cli: CliRunner, own_file: Path, command: str) -> None:
    result = cli.invoke(fanjoin, ["model", command])

    assert result.exit_code == 0
    assert result.stdout == f"{own_file}\n"


def test_unusable_setting_exits_1_with_the_message_and_no_traceback(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", "off")

    result = cli.invoke(fanjoin, ["model", "pull"])

    assert result.exit_code == 1
    assert "switched off" in result.stderr
    assert "Two ways on" in result.stderr


def test_serve_of_a_file_that_is_no_model_exits_1_with_the_reason(
    cli: CliRunner, own_file: Path
) -> None:
    result = cli.invoke(fanjoin, ["model", "serve"])

    assert result.exit_code == 1
    assert "invalid magic characters" in result.stderr


def test_serve_runs_the_command_bare_where_a_model_server_is_set(tmp_path: Path) -> None:
    tell = "import os; print(os.environ['OPENAI_BASE_URL'], os.environ['FANJOIN_MODEL'])"
    environment = {**os.environ, "OPENAI_BASE_URL": "http://there/v1", "FANJOIN_MODEL": "big"}

    result = subprocess.run(
        [sys.executable, "-m", "app", "model", "serve", "--", sys.executable, "-c", tell],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout) == (0, "http://there/v1 big\n")


def test_serve_refuses_an_unknown_command_before_it_fetches(cli: CliRunner, tmp_path: Path) -> None:
    result = cli.invoke(fanjoin, ["model", "serve", "--", "no-such-command"])

    assert result.exit_code == 2
    assert "there is no command no-such-command" in result.stderr
    assert not (tmp_path / "cache").exists()


def test_help_names_the_known_weights(cli: CliRunner) -> None:
    result = cli.invoke(fanjoin, ["model", "--help"])

    assert "qwen2.5-coder-1.5b" in result.stdout
    assert "qwen2.5-coder-0.5b" in result.stdout


def test_switched_off_model_lets_the_command_run_without_one(tmp_path: Path) -> None:
    environment = {**os.environ, "FANJOIN_LOCAL_MODEL": "off", "PYTHONPATH": str(ROOT)}

    result = subprocess.run(
        [sys.executable, "-m", "app", "model", "serve", "--", sys.executable, "-c", TELL_BARE],
        env=environment,
        cwd=tmp_path,
        check=False,
    )

    assert result.returncode == 7


@pytest.mark.real_model
def test_serve_runs_a_command_with_the_models_variables_and_its_exit_code() -> None:
    command = [sys.executable, "-c", REPORT_ENVIRONMENT]

    result = CliRunner().invoke(fanjoin, ["model", "serve", "--", *command])

    assert result.exit_code == 7


def test_download_is_announced_with_what_how_much_where_to_and_how_to_skip_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    settings = Settings(_env_file=None, model_cache_dir=tmp_path)

    announce_download(settings)
    announce_download(settings.model_copy(update={"local_model": "off"}))

    [line] = capsys.readouterr().err.splitlines()
    for words in ("qwen2.5-coder-1.5b", "1.1 GB", str(tmp_path), "OPENAI_BASE_URL", "=off"):
        assert words in line


def test_weights_that_are_here_are_announced_only_if_they_are_fetched_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = KNOWN["qwen2.5-coder-0.5b"]
    with (tmp_path / weights.file).open("wb") as file:
        file.truncate(weights.size)  # a hole, which takes no disk
    settings = Settings(_env_file=None, model_cache_dir=tmp_path, local_model=weights.name)

    announce_download(settings)
    silent = capsys.readouterr().err
    announce_download(settings, force=True)

    assert (silent, "0.5 GB" in capsys.readouterr().err) == ("", True)
