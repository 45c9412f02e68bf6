"""The data folder: whether it takes files, how many more, and SQLite's write-ahead log."""

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from app.cli.doctor.findings import Finding
from app.cli.doctor.reading import Reading

_MIB = 1 << 20


_FULL = 100 * _MIB


_NEARLY_FULL = 1024 * _MIB


async def check_disk(reading: Reading) -> list[Finding]:
    folder, is_needed = reading.settings.data_dir.absolute(), reading.settings.database_url is None
    return await asyncio.to_thread(_check, folder, is_needed=is_needed)


def _check(data_dir: Path, *, is_needed: bool) -> list[Finding]:
    """Try it out in a folder that is gone afterwards; PostgreSQL leaves only documents here."""
    folder = data_dir
    try:
        folder = _existing(data_dir)
        with tempfile.TemporaryDirectory(prefix=".fanjoin-doctor-", dir=folder) as trial:
            mode = _journal_mode(Path(trial) / "trial.db")
        free = shutil.disk_usage(folder).free
    except (OSError, sqlite3.Error) as error:
        detail = f"{folder} cannot be written to ({error})"
        mend = f"let the user of the service write to {data_dir}, or set FANJOIN_DATA_DIR"
        if is_needed:
            return [Finding("error", detail, mend)]
        return [Finding("warning", f"{detail}: no documents can be indexed", mend)]
    if mode != "wal":
        mend = "put FANJOIN_DATA_DIR on a local disk, or use PostgreSQL (FANJOIN_DATABASE_URL)"
        return [Finding("error", f"{folder} takes no write-ahead log of SQLite", mend)]
    there = f"{data_dir}{'' if folder == data_dir else ' can be made'}"
    return [_room(there, free)]


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        mode = str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        connection.execute("CREATE TABLE trial (word TEXT)")
    return mode


def _room(there: str, free: int) -> Finding:
    left = f"{there}, {free / (1 << 30):.1f} GiB free"
    mend = "make room, keep less (FANJOIN_KEEP_RUNS_DAYS), or set FANJOIN_DATA_DIR"
    if free < _FULL:
        return Finding("error", f"{left}: soon nothing can be kept", mend)
    if free < _NEARLY_FULL:
        return Finding("warning", left, mend)
    return Finding("ok", left)
