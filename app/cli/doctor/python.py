"""Python and the SQLite that came with it."""

import platform
import sqlite3
from contextlib import closing

from app.cli.doctor.findings import Finding, Status
from app.cli.doctor.reading import Reading

_OLDEST_SQLITE = (3, 35)
"""The first that knows RETURNING."""


async def check_python(reading: Reading) -> list[Finding]:
    sqlite = f"Python {platform.python_version()} with SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        mend = f"install a Python with SQLite {needed} or newer, or use PostgreSQL"
        status: Status = "error" if reading.settings.database_url is None else "warning"
        return [Finding(status, sqlite, mend)]
    if not _has_fts5():
        mend = "install a Python whose SQLite has FTS5, or do without `fanjoin documents`"
        return [Finding("warning", f"{sqlite}, which lacks FTS5: no documents are indexed", mend)]
    return [Finding("ok", f"{sqlite} and FTS5")]


def _has_fts5() -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return False
    return True
