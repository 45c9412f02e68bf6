"""The service's PostgreSQL, asked and never written to."""

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cli.doctor.findings import Finding
from app.cli.doctor.revisions import judge, known_revisions
from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.engines import VERSION_TABLE, reading_engine
from app.storage.errors import storage_failures
from app.storage.locks import SERVING_NUMBER

_STATE = text(
    "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS only_reads, "
    "to_regclass(:versions) IS NOT NULL AS has_tables"
)


_HOLDER = text(
    "SELECT pid, client_addr FROM pg_locks LEFT JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND pg_locks.objid = :number AND objsubid = 1 "
    "AND classid = 0 "
    "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def check_postgres(settings: Settings) -> list[Finding]:
    mend = "start PostgreSQL, or correct FANJOIN_DATABASE_URL"
    try:
        engine = reading_engine(settings)
    except (StorageUnavailable, ArgumentError, ValueError) as error:
        return [Finding("error", str(error), mend)]
    try:
        with storage_failures():
            async with engine.connect() as connection:
                return await _look(connection, settings)
    except StorageUnavailable as error:
        return [Finding("error", error.reason, mend)]
    finally:
        await engine.dispose()


async def _look(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    state = (await connection.execute(_STATE, {"versions": VERSION_TABLE})).one()
    revision = None
    if state.has_tables:
        numbers = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - our own name
        revision = (await connection.execute(numbers)).scalar()
    where = f"PostgreSQL {state.version} at {_place(settings)}"
    migrates = settings.migrate_at_start
    findings = [judge(revision, where, known=known_revisions(), migrates_at_start=migrates)]
    if state.only_reads:
        mend = "name the primary in FANJOIN_DATABASE_URL"
        findings.append(Finding("error", "this PostgreSQL is a standby, which only reads", mend))
    holder = (await connection.execute(_HOLDER, {"number": SERVING_NUMBER})).first()
    return [*findings, *([_served(holder)] if holder else [])]


def _served(holder: Row[Any]) -> Finding:
    """The number is that of PostgreSQL's own process, which speaks to the one that serves."""
    place = f" at {holder.client_addr}" if holder.client_addr else ""
    return Finding("ok", f"served by a process{place} (backend {holder.pid})")


def _place(settings: Settings) -> str:
    address = urlsplit(settings.postgres_url or "")
    return f"{address.hostname or 'localhost'}{address.path}"
