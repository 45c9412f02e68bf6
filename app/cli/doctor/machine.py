"""Python with its SQLite, and the data folder: whether it can be written and has space left."""

import asyncio
import platform
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading
from app.storage.data_folder import flaw_of_folder

_MIB = 1 << 20

_FULL = 100 * _MIB

_NEARLY_FULL = 1024 * _MIB


async def check_python(reading: Reading) -> list[Finding]:
    sqlite = f"Python {platform.python_version()} with SQLite {sqlite3.sqlite_version}"
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    except sqlite3.OperationalError:
        fix = "install a Python whose SQLite has FTS5, or do without `fanjoin documents`"
        return [Finding("warning", f"{sqlite}, without FTS5: no documents can be indexed", fix)]
    return [Finding("ok", f"{sqlite} and FTS5")]


async def check_disk(reading: Reading) -> list[Finding]:
    folder, is_needed = reading.settings.data_dir.absolute(), reading.settings.database_url is None
    return [await asyncio.to_thread(_check_folder, folder, is_needed=is_needed)]


def _check_folder(data_dir: Path, *, is_needed: bool) -> Finding:
    """Try to write a file; beside PostgreSQL the folder only holds documents."""
    folder = data_dir
    if (flaw := flaw_of_folder(data_dir)) is not None:
        fix = "remove or correct it, or set FANJOIN_DATA_DIR"
        return Finding("error" if is_needed else "warning", flaw, fix)
    try:
        while not folder.exists():
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        detail = f"{folder} cannot be written to ({error})"
        fix = f"let the user of the service write to {data_dir}, or set FANJOIN_DATA_DIR"
        if is_needed:
            return Finding("error", detail, fix)
        return Finding("warning", f"{detail}: no documents can be indexed", fix)
    missing = "" if folder == data_dir else ", which does not exist yet"
    detail = f"{data_dir}{missing}: {free / (1 << 30):.1f} GiB free"
    if free >= _NEARLY_FULL:
        return Finding("ok", detail)
    fix = "free space, keep less (FANJOIN_KEEP_RUNS_DAYS), or set FANJOIN_DATA_DIR"
    return Finding("error" if free < _FULL else "warning", detail, fix)
