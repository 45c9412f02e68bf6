"""SQLAlchemy engines over the database that the settings name."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import StorageUnavailable
from app.settings import Settings

FILE = "fanjoin.db"

CHECKPOINTS_FILE = "checkpoints.db"

STORE_FILE = "store.db"

VERSION_TABLE = "fanjoin_version"
"""Which migrations the tables have had."""

_BUSY_SECONDS = 2

_CONNECT_SECONDS = 3

_ON_POSTGRES = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 10_000}

_BOUNDS = "-c lock_timeout=5s -c statement_timeout=30s"
"""Else a lock that somebody forgot holds up all that is written."""


_text_of = partial(str, encoding="utf-8", errors="surrogateescape")
"""Reads text that is no UTF-8, too: sqlite3 itself would fail the query for all of its rows."""


class _DriverConnection(Protocol):
    isolation_level: str | None
    text_factory: Callable[[bytes], str]

    def cursor(self) -> Any: ...


class _Adapted(Protocol):
    """What SQLAlchemy puts around an asynchronous connection."""

    driver_connection: Any

    def cursor(self) -> Any: ...


def writing_engine(
    settings: Settings,
    *,
    file: str = FILE,
    busy_seconds: float = _BUSY_SECONDS,
    is_bounded: bool = True,
) -> Engine:
    """Return an engine of one connection, whose transactions take SQLite's write lock at once.

    On PostgreSQL no statement and no wait for a lock lasts long, unless it is not bounded.
    """
    pool: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "hide_parameters": True}
    if settings.postgres_url is not None:
        url = _postgres_url(settings.postgres_url)
        bounded = _bounded(url) if is_bounded else url
        engine = create_engine(bounded, connect_args=_ON_POSTGRES, **pool)
        event.listen(engine, "connect", _require_utf8, insert=True)
        return engine
    engine = create_engine(_sqlite_url(settings, "sqlite", file), **pool)
    pragmas = {
        "busy_timeout": int(busy_seconds * 1000),
        "journal_mode": "WAL",
        "synchronous": settings.sqlite_synchronous,
        "foreign_keys": "ON",
    }

    @event.listens_for(engine, "connect")
    def prepare(connection: _DriverConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.text_factory = _text_of
        _set(connection, pragmas)

    @event.listens_for(engine, "begin")
    def take_the_lock(connection: Connection) -> None:
        # Not exec_driver_sql, which costs more than the statement.
        driver: _DriverConnection = connection.connection.driver_connection  # type: ignore[assignment]  # Any | None
        driver.cursor().execute("BEGIN IMMEDIATE")

    return engine


def reading_engine(settings: Settings) -> AsyncEngine:
    """Return an engine that only reads, through several connections."""
    pool: dict[str, Any] = {
        "pool_size": 5,
        "max_overflow": 5,
        "pool_timeout": _CONNECT_SECONDS,
        "hide_parameters": True,
    }
    if settings.postgres_url is not None:
        url = _bounded(_postgres_url(settings.postgres_url))
        # Pinged first: after an outage every pooled connection is dead.
        reading = create_async_engine(url, connect_args=_ON_POSTGRES, pool_pre_ping=True, **pool)
        event.listen(reading.sync_engine, "connect", _require_utf8, insert=True)
        return reading
    engine = create_async_engine(_sqlite_url(settings, "sqlite+aiosqlite", FILE), **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: _Adapted, _: ConnectionPoolEntry) -> None:
        connection.driver_connection.text_factory = _text_of
        _set(connection, {"busy_timeout": _BUSY_SECONDS * 1000, "query_only": "ON"})

    return engine


def _require_utf8(connection: Any, _: ConnectionPoolEntry) -> None:
    """Refuse a database, or a connection, that cannot hold all text: what the server said at login.

    It comes before SQLAlchemy's own first look, which fails where text arrives as bytes.
    """
    info = getattr(connection, "driver_connection", connection).info
    server, client = (info.parameter_status(f"{end}_encoding") for end in ("server", "client"))
    if server != "UTF8":
        raise StorageUnavailable(
            f"the PostgreSQL database {info.dbname!r} has the encoding {server}, and text of any "
            f"language needs UTF8: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
        )
    if client != "UTF8":
        raise StorageUnavailable(
            f"the connection to PostgreSQL has the encoding {client}: remove client_encoding from "
            f"FANJOIN_DATABASE_URL, and PGCLIENTENCODING"
        )


def _set(connection: _DriverConnection | _Adapted, pragmas: dict[str, object]) -> None:
    cursor = connection.cursor()
    for name, value in pragmas.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _sqlite_url(settings: Settings, driver: str, file: str) -> URL:
    return URL.create(driver, database=str(settings.data_dir / file))


def _bounded(url: URL) -> URL:
    """Add the bounds to an address; its own options come later, and win."""
    given = url.query.get("options", "")
    options = [_BOUNDS, *([given] if isinstance(given, str) else given)]
    return url.update_query_dict({"options": " ".join(options).strip()})


def require_driver() -> None:
    """Raise StorageUnavailable where PostgreSQL's driver, an extra, is not installed."""
    if find_spec("psycopg") is None:
        raise StorageUnavailable("PostgreSQL needs psycopg: pip install 'fanjoin[postgres]'")


def _postgres_url(address: str) -> URL:
    require_driver()
    return make_url(address).set(drivername="postgresql+psycopg")
