"""What is deleted, replaced or overwritten under a running process is named."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.storage.opened_files import OpenedFiles

NAMES = ["one.db", "two.db"]

ALL = [f"{name}{end}" for name in NAMES for end in ("", "-wal", "-shm")] + ["other"]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[OpenedFiles]:
    """Two databases that are open, and another file; all were looked at once."""
    (tmp_path / "other").touch()
    files = OpenedFiles(tmp_path, NAMES, "other")
    with (
        closing(sqlite3.connect(tmp_path / "one.db")) as one,
        closing(sqlite3.connect(tmp_path / "two.db")) as two,
    ):
        for connection in (one, two):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE t (a)")
        assert files.look(with_logs=True) is None
        yield files
    files.close()


@pytest.mark.parametrize("name", ALL)
def test_each_file_must_stay_where_and_what_it_was(
    name: str, files: OpenedFiles, tmp_path: Path
) -> None:
    path, aside = tmp_path / name, tmp_path / "aside"

    path.rename(aside)
    deleted = files.look(with_logs=True)
    path.write_bytes(aside.read_bytes())
    replaced = files.look(with_logs=True)
    aside.replace(path)

    assert str(deleted).startswith(f"{name} was deleted: stop the service")
    assert str(replaced).startswith(f"{name} was replaced: stop the service")
    assert files.look(with_logs=True) is None


@pytest.mark.parametrize("content", [b"", b"something else entirely"], ids=["empty", "other"])
def test_database_that_does_not_begin_like_one_is_damaged(
    content: bytes, files: OpenedFiles, tmp_path: Path
) -> None:
    (tmp_path / "two.db").write_bytes(content)

    assert str(files.look(with_logs=True)).startswith("two.db is damaged")
    assert files.look(with_logs=True, with_contents=False) is None


def test_logs_of_another_process_may_go_before_this_one_has_its_own(tmp_path: Path) -> None:
    files = OpenedFiles(tmp_path, ["one.db"])
    with closing(sqlite3.connect(tmp_path / "one.db")) as another:
        another.execute("PRAGMA journal_mode=WAL")
        another.execute("CREATE TABLE t (a)")
        assert files.look(with_logs=False) is None

    assert not (tmp_path / "one.db-wal").exists()
    assert files.look(with_logs=True) is None
    files.close()
