"""Whether the files of the data folder are whole, as far as SQLite can say without indexes."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from app.storage.errors import is_lasting, reason_of


async def damage_in(file: Path) -> str | None:
    """Return what is wrong with a SQLite file; None if it is whole, or missing, or may not be read.

    It reads the whole file, beside a service that uses it, and changes nothing. Whoever is
    cancelled meanwhile ends it.
    """
    opened: list[sqlite3.Connection] = []
    try:
        return await asyncio.to_thread(_damage_in, file, opened)
    except asyncio.CancelledError:
        for connection in opened:
            connection.interrupt()
        raise


def _damage_in(file: Path, opened: list[sqlite3.Connection]) -> str | None:
    wal = file.with_name(f"{file.name}-wal")
    try:
        if not file.exists():
            return None
        if wal.exists():
            return _check(file, "mode=ro", opened)
        # Otherwise SQLite would leave files for shared memory beside it.
        said = _check(file, "immutable=1", opened)
        return _check(file, "mode=ro", opened) if said is not None and wal.exists() else said
    except OSError:
        return None


def _check(file: Path, mode: str, opened: list[sqlite3.Connection]) -> str | None:
    address = f"{file.resolve().as_uri()}?{mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
            opened.append(connection)
            try:
                said = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
            finally:
                opened.clear()
    except sqlite3.Error as error:
        return (reason_of(error) or str(error)) if is_lasting(error) else None
    return None if said == ["ok"] else f"the database's file is damaged: {' '.join(said)}"
