"""The content database, to read from: the operator's own by URL, or the sample that comes along.

One connection per check: they are few, and none has to be kept alive.
"""

import sqlite3
import time
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from graphs.adapters.errors import SourceNotConfigured

SETTING = "FANJOIN_CONTENT_DATABASE_URL"

_CONNECT_SECONDS = 3
_BUSY_SECONDS = 2
_LONGEST_SECONDS = 10
"""No check waits longer, and its thread is needed for the next."""

_STEPS = 1000
"""Of SQLite's machine, between two looks at the clock; each may search a whole text."""

_BOUNDS = "-c default_transaction_read_only=on -c statement_timeout=5s -c lock_timeout=2s"
_FOLDER = Path(__file__).parent


@lru_cache(maxsize=8)
def reading_engine(address: str | None, *, seconds: float = _LONGEST_SECONDS) -> Engine:
    """Return an engine that cannot write; None is the sample.

    `seconds` is for all that one connection to SQLite does, which has no limit of its own.

    Raises:
        SourceNotConfigured: the address is none, or its driver is not installed.
    """
    if address is None:
        return _sqlite(_open_sample, seconds)
    try:
        url = make_url(address)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise _unusable("is no database URL") from None  # the cause quotes it, password and all
    if kind in ("postgresql", "postgres"):
        return _postgres(url)
    if kind == "sqlite" and url.database not in (None, "", ":memory:"):
        path = Path(str(url.database)).absolute()
        return _sqlite(lambda: _open(f"{path.as_uri()}?mode=ro"), seconds)
    raise _unusable("must begin with postgresql:// or name a file, as in sqlite:///content.db")


def _postgres(url: URL) -> Engine:
    if find_spec("psycopg") is None:
        raise _unusable("needs psycopg: install with --extra postgres")
    given = url.query.get("options", ())
    # The bounds come last, and win.
    options = " ".join([*([given] if isinstance(given, str) else given), _BOUNDS])
    return create_engine(
        url.set(drivername="postgresql+psycopg").update_query_dict({"options": options}),
        connect_args={"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 10_000},
        poolclass=NullPool,
        hide_parameters=True,
    )


def _sqlite(connect: Callable[[], sqlite3.Connection], seconds: float) -> Engine:
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    def bound(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")
        end = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)

    event.listen(engine, "connect", bound)
    return engine


def _open(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)


def _open_sample() -> sqlite3.Connection:
    """Make the sample anew, for this connection alone: some rows in memory, no file to keep."""
    connection = sqlite3.connect(":memory:")
    for name in ("schema.sql", "sample.sql"):
        connection.executescript((_FOLDER / name).read_text())
    return connection


def _unusable(why: str) -> SourceNotConfigured:
    return SourceNotConfigured(f"{SETTING} {why}")
