"""`fanjoin backup` copies the SQLite files, and says what to do with PostgreSQL."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.stored_runs import is_stored, store_run


def backup(folder: str) -> Result:
    return CliRunner().invoke(cli, ["backup", folder])


def test_copy_is_served_in_place_of_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = store_run()

    result = backup("copy")

    assert result.exit_code == 0
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "fanjoin.db",
        "checkpoints.db",
        "store.db",
    ]
    monkeypatch.setenv("FANJOIN_DATA_DIR", "copy")
    assert is_stored(run_id)


def test_folder_with_a_backup_is_left_alone() -> None:
    store_run()
    backup("copy")

    result = backup("copy")

    assert result.exit_code == 1
    assert "is there already" in result.stderr


def test_postgres_is_left_to_its_own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/fanjoin")

    result = backup("copy")

    assert result.exit_code == 1
    assert "pg_dump" in result.stderr
    assert "secret" not in result.output
