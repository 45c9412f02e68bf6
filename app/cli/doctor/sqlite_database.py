"""The service's SQLite file, looked at without a trace.

A file that is open for reading alone still makes SQLite lay files beside it, unless it is told that
nobody writes; and that holds where no write-ahead log is there.
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from app.cli.doctor.findings import Finding
from app.cli.doctor.locks import serving_process, writing_process
from app.cli.doctor.revisions import judge, known_revisions
from app.settings import Settings
from app.storage.backup import FILES
from app.storage.engines import FILE, VERSION_TABLE
from app.storage.errors import reason_of
from app.storage.locks import SERVING_FILE

_BUSY_SECONDS = 2.0
"""Nobody who means well writes for so long."""


def check_sqlite(settings: Settings) -> list[Finding]:
    path = settings.data_dir.absolute() / FILE
    try:
        return [*_sound(path, settings), *_closed(path.parent), *_written(path), *_served(settings)]
    except OSError as error:
        mend = f"let user {os.geteuid()} into {path.parent}, or set FANJOIN_DATA_DIR"
        return [Finding("error", f"{path} cannot be looked at: {error.strerror}", mend)]


def _sound(path: Path, settings: Settings) -> list[Finding]:
    try:
        revision = _revision(path)
    except sqlite3.Error as error:
        mend = "end what holds it, or restore a backup as README says"
        return [Finding("error", f"{path}: {reason_of(error) or error}", mend)]
    where, migrates = f"SQLite in {path}", settings.migrate_at_start
    return [judge(revision, where, known=known_revisions(), migrates_at_start=migrates)]


def _closed(folder: Path) -> list[Finding]:
    """Find files of another user, which a start as root leaves behind."""
    there = [folder / name for name in (*FILES, SERVING_FILE) if (folder / name).exists()]
    mend = f"give it to user {os.geteuid()}: `chown {os.geteuid()} {folder}/*`"
    by_effective_user = os.access in os.supports_effective_ids
    return [
        Finding("error", f"{file} cannot be written", mend)
        for file in there
        if not os.access(file, os.R_OK | os.W_OK, effective_ids=by_effective_user)
    ]


def _revision(path: Path) -> str | None:
    if not path.exists():
        return None
    log = path.with_name(f"{path.name}-wal")
    is_quiet = not log.exists() or log.stat().st_size == 0
    address = f"{path.as_uri()}?mode=ro{'&immutable=1' if is_quiet else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as connection:
        named = "SELECT 1 FROM sqlite_master WHERE name = ?"
        if connection.execute(named, [VERSION_TABLE]).fetchone() is None:
            return None
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
        return None if row is None else str(row[0])


def _written(path: Path) -> list[Finding]:
    """Find who holds the write lock all the time."""
    until = time.monotonic() + _BUSY_SECONDS
    while writer := writing_process(path):
        if time.monotonic() > until:
            detail = f"{writer} has been holding the write lock for {_BUSY_SECONDS:g} s"
            return [Finding("error", detail, "end its transaction, or end it")]
        time.sleep(0.02)
    return []


def _served(settings: Settings) -> list[Finding]:
    server = serving_process(settings.data_dir)
    return [Finding("ok", f"served by {server}")] if server else []
