"""Brings the tables up to date: ours by Alembic, then LangGraph's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from app.errors import BehindMigrations, NewerTables, StorageUnavailable
from app.settings import Settings
from app.storage.checkpoints import set_up_checkpoints
from app.storage.data_folder import folder_failures, prepare_database_file
from app.storage.engines import FILE, VERSION_TABLE, writing_engine
from app.storage.errors import storage_failures
from app.storage.locks import advisory_lock
from app.storage.thread_keys import move_thread_keys
from app.storage.thread_keys.progress import OnProgress, at_times, log

_NUMBER = 0x66616E6D

_PATIENCE_SECONDS = 60

_BEFORE_THREAD_KEYS = "r0003"
"""At it the tables have all that the thread keys need to be moved; the next revision says they are.
"""

_FOLDER = Path(__file__).parent / "migrations"


async def migrate(
    settings: Settings, *, on_progress: OnProgress | None = None
) -> tuple[str | None, str]:
    """Bring all tables up to date and return the revision before and after; safe at the same time.

    What a kill interrupts, the next call finishes. `on_progress` is called every few seconds of a
    long move, and at its end; by default that is logged.

    Raises:
        BehindMigrations: the database is of a newer version.
        StorageUnavailable: it does not answer, or another process has been migrating for a minute.
    """
    async with _alone(settings):
        before = await asyncio.to_thread(_upgrade, settings, _BEFORE_THREAD_KEYS)
        await set_up_checkpoints(settings)
        if before in _revisions_with_old_keys():
            report = at_times(on_progress or log)
            await asyncio.to_thread(move_thread_keys, settings, report)
        if before != _head():
            await asyncio.to_thread(_upgrade, settings, "head")
    return before, _head()


async def require_head(settings: Settings) -> None:
    """Make sure that the tables are those of this version.

    Raises:
        NewerTables: they are those of a newer one.
        BehindMigrations: they are not.
        StorageUnavailable: the database does not answer.
    """
    revision = await asyncio.to_thread(_current, settings)
    head = _head()
    if revision == head:
        return
    if revision not in {None, *(script.revision for script in _scripts().walk_revisions())}:
        raise NewerTables(
            f"the database is at {revision}, of a newer version of Fanjoin: install that one"
        )
    raise BehindMigrations(
        f"the database is at {revision or 'nothing'}, this version needs {head}: "
        "run `fanjoin migrate`"
    )


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[None]:
    """Keep other processes from migrating; SQLite's own lock does it by itself."""
    if settings.postgres_url is None:
        yield
        return
    async with advisory_lock(settings, _NUMBER, patience_seconds=_PATIENCE_SECONDS) as is_held:
        if not is_held:
            raise StorageUnavailable("another process has been migrating for a minute")
        yield


def _upgrade(settings: Settings, revision: str) -> str | None:
    """Bring our tables to a revision at least, and return the one before."""
    if settings.postgres_url is None:
        prepare_database_file(settings.data_dir / FILE)
    engine = writing_engine(settings, busy_seconds=10, is_bounded=False)
    config = _config()
    try:
        with storage_failures(_file_of(settings)), engine.begin() as connection:
            before = _revision(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except CommandError as error:
        raise NewerTables(
            f"the database is of a newer version of Fanjoin ({error}): install that one"
        ) from error
    finally:
        engine.dispose()
    return before


def _current(settings: Settings) -> str | None:
    with folder_failures(settings.data_dir):
        if settings.postgres_url is None and not (settings.data_dir / FILE).exists():
            return None
    engine = writing_engine(settings)
    try:
        with storage_failures(_file_of(settings)), engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def _file_of(settings: Settings) -> str | None:
    return FILE if settings.postgres_url is None else None


def _revision(connection: Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _revisions_with_old_keys() -> set[str | None]:
    """Return the revisions of databases whose thread keys are still to be moved, if all are not."""
    older = _scripts().iterate_revisions(_BEFORE_THREAD_KEYS, "base")
    return {None, *(script.revision for script in older)}


def _head() -> str:
    return str(_scripts().get_current_head())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
