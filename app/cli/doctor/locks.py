"""Who holds a lock of a SQLite file, asked without taking one for more than a moment."""

import os
import sqlite3
import struct
import sys
from contextlib import closing
from pathlib import Path

from app.storage.locks import SERVING_FILE

if sys.platform == "linux":
    import fcntl


_FLOCK = "@hhqqi4x"
"""struct flock of 64-bit Linux: type, whence, start, length, pid."""


_WRITE_LOCK = 120
"""The byte of the -shm file that a writer locks: https://www.sqlite.org/walformat.html, 2.3.1."""


def serving_process(data_dir: Path) -> str | None:
    """Name the process that serves from a folder; None where none does."""
    path = data_dir / SERVING_FILE
    if not path.exists() or not _is_locked(path):
        return None
    return _named(_holder(path))


def writing_process(database: Path) -> str | None:
    """Name the process that is writing at this moment; only Linux tells."""
    shared = database.with_name(f"{database.name}-shm")
    holder = _holder(shared, start=_WRITE_LOCK, length=1) if shared.exists() else None
    return None if holder is None else _named(holder)


def _named(holder: int | None) -> str:
    """A process of another container has no number here."""
    return f"process {holder}" if holder else "another process"


def _is_locked(path: Path) -> bool:
    """Ask by reading, which an exclusive transaction lets nobody do."""
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    ) as file:
        try:
            file.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.OperationalError as error:
            return error.sqlite_errorname.startswith("SQLITE_BUSY")
    return False


def _holder(path: Path, *, start: int = 0, length: int = 0) -> int | None:
    """Return who holds a write lock on these bytes; a length of 0 means all, 0 somebody unnamed.

    Not for a file on which this very process holds a lock: closing it would let that go.
    """
    if sys.platform != "linux" or not os.access(path, os.R_OK):
        return None
    asked = struct.pack(_FLOCK, fcntl.F_RDLCK, os.SEEK_SET, start, length, 0)
    with path.open("rb") as file:
        answer = fcntl.fcntl(file, fcntl.F_GETLK, asked)
    kind, _, _, _, process = struct.unpack(_FLOCK, answer)
    return None if kind == fcntl.F_UNLCK else max(process, 0)
