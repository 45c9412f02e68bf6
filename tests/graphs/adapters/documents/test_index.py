"""What the index of documents keeps, and what it promises to readers and after a fault."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from graphs.adapters.documents.files import DocumentFile
from graphs.adapters.documents.index import (
    DocumentIndex,
    index_in_memory,
    readable_index,
    writable_index,
)
from graphs.adapters.documents.passages import DocumentPassage
from graphs.adapters.documents.search import find_passages
from graphs.adapters.errors import SourceError

Opening = Callable[[Path], AbstractContextManager[DocumentIndex]]

FILE = DocumentFile(Path("/tides.md"), size=1, mtime_ns=2)


def put(index: DocumentIndex, *texts: str, file: DocumentFile = FILE) -> None:
    index.put(file, "Tides", [DocumentPassage(text) for text in texts])


def test_new_index_is_for_one_user_alone(tmp_path: Path) -> None:
    with writable_index(tmp_path / "data" / "documents.db") as index:
        put(index, "tides")
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}

    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def texts_for(index: DocumentIndex, question: str) -> list[str]:
    return [passage.text for passage in find_passages(index, question, limit=10)]


def check_integrity(index: DocumentIndex) -> None:
    index.connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")


def test_document_is_kept_and_found(tmp_path: Path) -> None:
    with writable_index(tmp_path / "new" / "documents.db") as index:
        put(index, "high water", "low water")

    with readable_index(tmp_path / "new" / "documents.db") as index:
        (file,) = index.files()
        assert (file.path, file.title, file.size, file.mtime_ns) == ("/tides.md", "Tides", 1, 2)
        assert file.passages == 2
        assert texts_for(index, "high") == ["high water"]


def test_document_put_again_replaces_what_was_there() -> None:
    index = index_in_memory()
    put(index, "ebb", "flood")

    put(index, "slack")

    assert texts_for(index, "ebb flood slack") == ["slack"]
    check_integrity(index)


def test_removed_document_is_found_no_more() -> None:
    index = index_in_memory()
    put(index, "ebb")
    put(index, "flood", file=DocumentFile(Path("/other.md"), 1, 2))

    index.remove(["/tides.md", "/unknown.md"])

    assert texts_for(index, "ebb flood") == ["flood"]
    check_integrity(index)


def test_put_that_fails_half_way_leaves_what_was_there() -> None:
    index = index_in_memory()
    put(index, "old")

    def torn() -> Iterator[DocumentPassage]:
        yield DocumentPassage("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.put(FILE, "Tides", torn())

    assert texts_for(index, "old new") == ["old"]
    check_integrity(index)


def test_reader_sees_the_old_index_while_it_is_changed(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    with writable_index(file) as writer:
        put(writer, "old")
        with readable_index(file) as reader:
            with writer.transaction():
                writer.connection.execute("DELETE FROM files")

                assert texts_for(reader, "old") == ["old"]

            assert texts_for(reader, "old") == []


def test_reader_that_comes_before_the_tables_finds_no_files(tmp_path: Path) -> None:
    (tmp_path / "documents.db").touch()

    with readable_index(tmp_path / "documents.db") as index:
        assert not index.has_files()


@pytest.mark.parametrize("opened", [readable_index, writable_index])
def test_file_that_is_no_index_is_told_with_its_mend(tmp_path: Path, opened: Opening) -> None:
    file = tmp_path / "documents.db"
    file.write_text("no database at all, but long enough to be looked at" * 10)

    with (
        pytest.raises(SourceError, match="is broken: file is not a database; delete it"),
        opened(file),
    ):
        pass


@pytest.mark.parametrize("opened", [readable_index, writable_index])
def test_index_of_another_version_is_told_with_its_mend(tmp_path: Path, opened: Opening) -> None:
    file = tmp_path / "documents.db"
    with writable_index(file) as index:
        index.connection.execute("PRAGMA user_version = 99")

    with pytest.raises(SourceError, match="its version is 99, not 1; delete it"), opened(file):
        pass


def test_index_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    opening = writable_index(tmp_path / "data" / "documents.db")

    with pytest.raises(SourceError, match="cannot be used"), opening:
        pass


def test_index_that_stays_locked_is_not_called_broken(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"

    def put_while_another_writes() -> None:
        with writable_index(file) as first, writable_index(file) as second, first.transaction():
            second.connection.execute("PRAGMA busy_timeout = 0")
            put(second, "late")

    with pytest.raises(SourceError, match=r"cannot be used: database is locked$"):
        put_while_another_writes()


def test_indexes_in_memory_are_apart() -> None:
    put(index_in_memory(), "ebb")

    assert not index_in_memory().has_files()


def test_this_sqlite_has_what_the_index_needs() -> None:
    assert sqlite3.threadsafety == 3
    assert sqlite3.sqlite_version_info >= (3, 35)
