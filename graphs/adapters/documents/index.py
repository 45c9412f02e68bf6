"""The index of documents: one SQLite file, whose FTS5 table finds passages by their words.

    files ─< passages ─ words      `words` holds the index only and is kept by triggers

Each document is put in or taken out in one transaction, so a run that is killed leaves an index
that is merely not finished; in WAL mode readers go on meanwhile.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from graphs.adapters.documents.files import DocumentFile
from graphs.adapters.documents.passages import DocumentPassage
from graphs.adapters.errors import SourceError

_VERSION = 1
"""Goes up when the tables, or the way documents are cut, change."""

_BUSY_SECONDS = 10.0

_TABLES = (
    """CREATE TABLE files (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL)""",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
        position INTEGER NOT NULL, page INTEGER, text TEXT NOT NULL, UNIQUE (file_id, position))""",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, content='passages', content_rowid='id', tokenize='porter unicode61')""",
    """CREATE TRIGGER words_in AFTER INSERT ON passages BEGIN
        INSERT INTO words (rowid, text) VALUES (new.id, new.text); END""",
    """CREATE TRIGGER words_out AFTER DELETE ON passages BEGIN
        INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text); END""",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True)
class IndexedFile:
    """A document of the index, as it was when it was put in."""

    path: str
    title: str
    size: int
    mtime_ns: int
    passages: int


class DocumentIndex:
    """An open index; whoever uses it sees what was committed before each call."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def files(self) -> list[IndexedFile]:
        rows = self.connection.execute(
            """SELECT path, title, size, mtime_ns, count(passages.id)
            FROM files LEFT JOIN passages ON file_id = files.id GROUP BY files.id ORDER BY path"""
        )
        return [IndexedFile(*row) for row in rows]

    def has_tables(self) -> bool:
        """They are missing for the moment in which the first writer makes them."""
        return self._gives("SELECT 1 FROM sqlite_schema")

    def has_files(self) -> bool:
        return self.has_tables() and self._gives("SELECT 1 FROM files")

    def put(self, file: DocumentFile, title: str, passages: Iterable[DocumentPassage]) -> None:
        """Put a document in, in the place of what was there under its path."""
        path = str(file.path)
        with self.transaction():
            self.connection.execute("DELETE FROM files WHERE path = ?", (path,))
            (file_id,) = self.connection.execute(
                "INSERT INTO files (path, title, size, mtime_ns) VALUES (?, ?, ?, ?) RETURNING id",
                (path, title, file.size, file.mtime_ns),
            ).fetchone()
            self.connection.executemany(
                "INSERT INTO passages (file_id, position, page, text) VALUES (?, ?, ?, ?)",
                (
                    (file_id, position, passage.page, passage.text)
                    for position, passage in enumerate(passages)
                ),
            )

    def remove(self, paths: Iterable[str]) -> None:
        with self.transaction():
            self.connection.executemany(
                "DELETE FROM files WHERE path = ?", ((path,) for path in paths)
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens within, all of it or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _gives(self, query: str) -> bool:
        return self.connection.execute(query).fetchone() is not None


def _make_private(file: Path) -> None:
    """Make the folder and the file for their user alone; SQLite gives its other files that mode."""
    file.parent.parent.mkdir(parents=True, exist_ok=True)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def writable_index(file: Path) -> Iterator[DocumentIndex]:
    """Open an index to change it, a new one if there is none. Raises SourceError."""
    with _named_errors(file):
        _make_private(file)
        with closing(_connect(str(file))) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            yield _prepared(connection)


@contextmanager
def readable_index(file: Path) -> Iterator[DocumentIndex]:
    """Open an index that exists, to search it. Raises SourceError."""
    address = f"{file.absolute().as_uri()}?mode=ro"
    with _named_errors(file), closing(_connect(address)) as connection:
        index = DocumentIndex(connection)
        if index.has_tables():
            _check_version(connection)
        yield index


def index_in_memory() -> DocumentIndex:
    """Make an empty index that lives as long as it is referred to, for any thread."""
    return _prepared(_connect(":memory:"))


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=address.startswith("file:"),
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _prepared(connection: sqlite3.Connection) -> DocumentIndex:
    index = DocumentIndex(connection)
    with index.transaction():
        if not index.has_tables():
            for statement in _TABLES:
                connection.execute(statement)
    _check_version(connection)
    return index


def _check_version(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        raise sqlite3.DatabaseError(f"its version is {version}, not {_VERSION}")


@contextmanager
def _named_errors(file: Path) -> Iterator[None]:
    """Let the caller of an index know which file it was, and how to fix what stays broken."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise SourceError(f"the index of documents {file} cannot be used: {error}") from error
    except sqlite3.Error as error:
        fix = "delete it and run `fanjoin documents index FOLDER` again"
        raise SourceError(f"the index of documents {file} is broken: {error}; {fix}") from error
