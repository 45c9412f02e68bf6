"""What sqlite3 and psycopg raise when a database is not well, in words a person understands."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import StorageUnavailable

_SQLITE: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_BUSY": "another process holds the database's lock",
    "SQLITE_LOCKED": "another process holds the database's lock",
    "SQLITE_READONLY": "the database's file cannot be written",
    "SQLITE_PERM": "the database's file cannot be opened",
    "SQLITE_CANTOPEN": "the database's file cannot be opened",
    "SQLITE_IOERR": "the disk does not answer",
    "SQLITE_CORRUPT": "the database's file is damaged",
    "SQLITE_NOTADB": "the database's file is no SQLite database",
}

_DISK_FULL = "53100"

_READ_ONLY = "25006"

_IDLE_TOO_LONG = "25P03"

_PROGRAM_LIMIT = "54"
"""The class of what is asked for and too large: it is refused again as often as it is sent."""


def reason_of(error: BaseException | None) -> str | None:
    """Say why the database cannot be used now; None when the error is of another kind."""
    if isinstance(error, sqlite3.Error):
        return _reason_of_sqlite(error)
    if _is_of_psycopg(error, "Error"):
        return _reason_of_postgres(error)
    return None


def _reason_of_sqlite(error: sqlite3.Error) -> str | None:
    name = getattr(error, "sqlite_errorname", None) or ""
    primary = "_".join(name.split("_")[:2])  # SQLITE_BUSY of SQLITE_BUSY_SNAPSHOT
    return _SQLITE.get(primary)


def _reason_of_postgres(error: BaseException | None) -> str | None:
    state = getattr(error, "sqlstate", None) or ""
    if state == _DISK_FULL:
        return "PostgreSQL's disk is full"
    if state == _READ_ONLY:
        return "PostgreSQL only reads"
    is_away = _is_of_psycopg(error, "OperationalError") or _is_of_psycopg(error, "InterfaceError")
    if state.startswith(_PROGRAM_LIMIT) or not (is_away or state == _IDLE_TOO_LONG):
        return None
    lines = str(error).strip().splitlines()
    return f"PostgreSQL does not answer: {lines[0] if lines else type(error).__name__}"


def _is_of_psycopg(error: BaseException | None, name: str) -> bool:
    """By name, since psycopg is only there with the extra `postgres`."""
    return any(
        kind.__name__ == name and kind.__module__.startswith("psycopg")
        for kind in type(error).__mro__
    )


def storage_failure(error: BaseException) -> StorageUnavailable | None:
    """Return what a caller is told; None where the database itself is well.

    Takes what SQLAlchemy raises as well as what sqlite3 and psycopg do.
    """
    reason = (
        "the database is too busy to answer"
        if isinstance(error, PoolTimeout)
        else reason_of(error.orig if isinstance(error, DBAPIError) else error)
    )
    return None if reason is None else StorageUnavailable(reason)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Raise StorageUnavailable for what goes wrong inside because the database is not well."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        unavailable = storage_failure(error)
        if unavailable is None:
            raise
        raise unavailable from error


def is_lost_connection(error: BaseException) -> bool:
    """Whether the statement may have failed only for the connection it went through."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
