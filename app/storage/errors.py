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
    "SQLITE_CORRUPT": "the database's file is damaged: restore a backup",
    "SQLITE_NOTADB": "the database's file is no SQLite database: restore a backup",
}

_LASTING: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")
"""What no patience mends: the file is damaged, or is another one."""

_NO_TABLE = "no such table"

POSTGRES_AWAY = "PostgreSQL does not answer"
"""Begins a reason whose rest may name the host: it is not for everybody."""

_DISK_FULL = "53100"

_READ_ONLY = "25006"

_IDLE_TOO_LONG = "25P03"

_UNDEFINED_TABLE = "42P01"

_DAMAGED = "XX"
"""The class of internal errors: a broken page or index, among others."""

_PROGRAM_LIMIT = "54"
"""The class of what is asked for and too large: it is refused again as often as it is sent."""


def reason_of(error: BaseException | None) -> str | None:
    """Say why the database cannot be used now; None when the error is of another kind."""
    if isinstance(error, sqlite3.Error):
        return _reason_of_sqlite(error)
    if _is_of_psycopg(error, "Error"):
        return _reason_of_postgres(error)
    return None


def is_lasting(error: BaseException) -> bool:
    """Whether the database fails again, whenever it is tried."""
    if isinstance(error, sqlite3.Error):
        return _primary_code(error) in _LASTING
    return (getattr(error, "sqlstate", None) or "").startswith((_DAMAGED, _UNDEFINED_TABLE))


def is_damage(error: StorageUnavailable) -> bool:
    """Whether what failed fails again, while the rest of the database may be well."""
    cause = error.__cause__
    return cause is not None and is_lasting(_of_the_driver(cause))


def _of_the_driver(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error


def _reason_of_sqlite(error: sqlite3.Error) -> str | None:
    primary = _primary_code(error)
    if primary == "SQLITE_ERROR" and _NO_TABLE in str(error):
        return f"the database's file is not the one that was opened: {error}"
    return _SQLITE.get(primary)


def _primary_code(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None) or ""
    return "_".join(name.split("_")[:2])  # SQLITE_BUSY of SQLITE_BUSY_SNAPSHOT


def _reason_of_postgres(error: BaseException | None) -> str | None:
    state = getattr(error, "sqlstate", None) or ""
    if state == _DISK_FULL:
        return "PostgreSQL's disk is full"
    if state == _READ_ONLY:
        return "PostgreSQL only reads"
    if state.startswith(_DAMAGED):
        return f"PostgreSQL's data is damaged: {_first_line(error)}"
    if state == _UNDEFINED_TABLE:
        return f"PostgreSQL lacks a table: {_first_line(error)}"
    is_away = _is_of_psycopg(error, "OperationalError") or _is_of_psycopg(error, "InterfaceError")
    if state.startswith(_PROGRAM_LIMIT) or not (is_away or state == _IDLE_TOO_LONG):
        return None
    return f"{POSTGRES_AWAY}: {_first_line(error)}"


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


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
        else reason_of(_of_the_driver(error))
    )
    return None if reason is None else StorageUnavailable(reason)


@contextmanager
def storage_failures(file: str | None = None) -> Iterator[None]:
    """Raise StorageUnavailable for what goes wrong inside because the database is not well.

    It names the file of the data folder, if that is given.
    """
    try:
        yield
    except Exception as error:
        unavailable = storage_failure(error)
        if unavailable is None:
            raise
        if file is None:
            raise unavailable from error
        raise StorageUnavailable(f"{file}: {unavailable.reason}") from error


def is_lost_connection(error: BaseException) -> bool:
    """Whether the statement may have failed only for the connection it went through."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
