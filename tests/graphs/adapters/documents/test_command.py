"""`fanjoin documents` as a person types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.typer_app import cli
from graphs.adapters.documents.source import SAMPLES
from tests.conftest import ROOT
from tests.graphs.adapters.documents.documents_at_hand import scanned_pdf, write


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where no `.env` and no index are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "mine", lock="# My lock\n\nThe lock keeper sleeps.", dam="The dam.")


def documents(*words: str | Path, status: int = 0) -> tuple[str, str]:
    """Call the command and return what it wrote to stdout and stderr."""
    result = CliRunner().invoke(cli, ["documents", *map(str, words)])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


def test_documents_are_a_command_of_the_graphs() -> None:
    result = CliRunner().invoke(cli, ["documents"])

    assert result.exit_code == 2
    for name in ("index", "list", "search"):
        assert name in result.output


def test_index_tells_file_by_file_what_it_did(folder: Path) -> None:
    stdout, _ = documents("index", folder)

    assert stdout == (
        f"dam.md: 1 passage\nlock.md: 1 passage\n{folder}: 2 files, 2 passages; 0 unchanged.\n"
    )


def test_index_draws_a_bar_on_a_terminal_and_ends_with_the_sum(folder: Path) -> None:
    screen, terminal = os.openpty()
    command = [sys.executable, "-m", "app", "documents", "index", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}

    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=terminal, text=True, check=True
    )

    drawn = os.read(screen, 100_000).decode()
    os.close(screen)
    os.close(terminal)
    assert "2/2" in drawn
    assert "lock.md" in drawn
    assert result.stdout == f"{folder}: 2 files, 2 passages; 0 unchanged.\n"


def test_index_run_again_keeps_what_is_unchanged(folder: Path) -> None:
    documents("index", folder)

    stdout, _ = documents("index", folder)

    assert stdout == f"{folder}: 2 files, 2 passages; 2 unchanged.\n"


def test_index_says_what_it_skipped_and_why(folder: Path) -> None:
    scanned_pdf(folder / "scan.pdf")
    for number in range(5):
        (folder / f"{number}.docx").touch()

    stdout, _ = documents("index", folder)

    assert "skipped, no text in it, perhaps a scan: scan.pdf\n" in stdout
    assert "skipped, not text, Markdown or PDF: 0.docx, 1.docx, 2.docx and 2 more\n" in stdout


def test_folder_with_nothing_to_index_exits_1(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    scanned_pdf(tmp_path / "mine" / "scan.pdf")

    stdout, stderr = documents("index", tmp_path / "mine", status=1)

    assert "scan.pdf" in stdout
    assert stderr == f"fanjoin: nothing in {tmp_path / 'mine'} could be indexed\n"


@pytest.mark.parametrize("words", [["no-such-folder"], []], ids=["not there", "not given"])
def test_missing_folder_exits_2(words: list[str]) -> None:
    _, stderr = documents("index", *words, status=2)

    assert "FOLDER" in stderr
    assert ("does not exist" in stderr) == bool(words)


def test_broken_index_exits_1_with_its_mend(folder: Path, tmp_path: Path) -> None:
    documents("index", folder)
    (tmp_path / "data" / "documents.db").write_bytes(b"no database" * 100)

    for words in (["index", folder], ["list"], ["search", "dam"]):
        _, stderr = documents(*words, status=1)

        assert "delete it and run `fanjoin documents index FOLDER` again" in stderr


def test_list_names_every_document_with_its_passages(folder: Path) -> None:
    documents("index", folder)

    stdout, stderr = documents("list")

    assert stdout == f"     1  {folder / 'dam.md'}\n     1  {folder / 'lock.md'}\n"
    assert stderr == ""


def test_list_of_no_documents_tells_of_the_samples(tmp_path: Path) -> None:
    stdout, stderr = documents("list")

    assert stdout == ""
    assert f"the samples in {SAMPLES} are searched" in stderr
    assert not (tmp_path / "data").exists()


def test_search_shows_title_place_and_words(folder: Path) -> None:
    documents("index", folder)

    stdout, stderr = documents("search", "who is the keeper?")

    assert stdout == f"1. My lock\n   {folder / 'lock.md'}\n   # My lock The lock keeper sleeps.\n"
    assert stderr == ""


def test_search_that_finds_nothing_exits_1(folder: Path) -> None:
    documents("index", folder)

    assert documents("search", "tide", status=1) == ("", "fanjoin: nothing was found\n")


def test_search_before_any_index_shows_samples_and_says_so() -> None:
    stdout, stderr = documents("search", "MeyGen", "--limit", "1")

    assert stdout.startswith("1. stream_turbines.pdf, page 2\n")
    assert " …\n" in stdout
    assert "No documents are indexed yet" in stderr


def test_what_a_document_holds_cannot_steer_the_terminal(folder: Path) -> None:
    write(folder, **{"tide\x1b[31m": "tide \x1b]0;owned \x9b2J"})

    stdout, _ = documents("index", folder)
    searched, _ = documents("search", "tide")

    assert not any(set(text) & set("\x1b\x9b") for text in (stdout, searched))


def test_data_dir_may_stand_in_env_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FANJOIN_DATA_DIR=from-env-file\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    del environment["FANJOIN_DATA_DIR"]

    subprocess.run(
        [sys.executable, "-m", "app", "documents", "index", str(folder)],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )

    assert (tmp_path / "from-env-file" / "documents.db").exists()
