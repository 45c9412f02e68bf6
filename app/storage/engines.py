"""SQLAlchemy engines over the database that the settings name."""

from importlib.util import find_spec
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import StorageUnavailable
from app.settings import Settings

FILE = "fanjoin.db"

CHECKPOINTS_FILE = "checkpoints.db"

VERSION_TABLE = "fanjoin_version"
"""Which migrations the tables have had."""

_BUSY_SECONDS = 2

_CONNECT_SECONDS = 3

_ON_POSTGRES = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 10_000}

_BOUNDS = "-c lock_timeout=5s -c statement_timeout=30s"
"""Else a lock that somebody forgot holds up all that is written."""


class _DriverConnection(Protocol):
    isolation_level: str | None

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
        return create_engine(bounded, connect_args=_ON_POSTGRES, **pool)
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
        return create_async_engine(url, connect_args=_ON_POSTGRES, pool_pre_ping=True, **pool)
    engine = create_async_engine(_sqlite_url(settings, "sqlite+aiosqlite", FILE), **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: _DriverConnection, _: ConnectionPoolEntry) -> None:
        _set(connection, {"busy_timeout": _BUSY_SECONDS * 1000, "query_only": "ON"})

    return engine


def _set(connection: _DriverConnection, pragmas: dict[str, object]) -> None:
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
