"""The rows of a database that no service has open: none may belong to what is gone."""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, column, select, table, tuple_

from app.settings import Settings
from app.storage.checkpoints.keys import thread_key
from app.storage.engines import CHECKPOINTS_FILE, writing_engine
from app.storage.tables import (
    LIVE,
    branch_stats,
    run_events,
    run_figures,
    run_labels,
    runs,
    thread_labels,
    threads,
)
from app.threads.thread import BUSY, DELETING
from tests.e2e.proof.figures import Figures

_SQLITE_TABLES = ("checkpoints", "writes")
_POSTGRES_TABLES = ("checkpoints", "checkpoint_writes", "checkpoint_blobs")


def check_rows(settings: Settings, figures: Figures) -> None:
    """Count the rows that nothing owns, and the runs and threads that something still holds."""
    engine = writing_engine(settings)
    with engine.connect() as connection:
        for name, ids in _orphans(connection):
            figures.expect("no row is an orphan", not ids, f"{name}: {ids}")
        owners = {thread_key(row.owner, row.thread_id) for row in connection.execute(_threads())}
        live = connection.execute(select(runs.c.id).where(runs.c.status.in_(LIVE))).all()
        figures.expect("no run stays active", not live, str(live))
        is_held = threads.c.status.in_((BUSY, DELETING))
        held = connection.execute(select(threads.c.thread_id).where(is_held)).all()
        figures.expect("no thread stays busy or half deleted", not held, str(held))
    engine.dispose()
    for name, keys in _checkpoint_keys(settings):
        strange = keys - owners
        figures.expect("no checkpoint is an orphan", not strange, f"{name}: {strange}")


def _threads() -> Select[tuple[str, str]]:
    return select(threads.c.owner, threads.c.thread_id)


def _orphans(connection: Connection) -> Iterator[tuple[str, list[str]]]:
    for child in (run_events, run_labels, run_figures, branch_stats):
        query = select(child.c.run_id).where(child.c.run_id.not_in(select(runs.c.id)))
        yield child.name, list(connection.execute(query).scalars())
    of_a_thread = tuple_(runs.c.owner, runs.c.thread_id).in_(_threads())
    query = select(runs.c.id).where(runs.c.thread_id.is_not(None), ~of_a_thread)
    yield runs.name, list(connection.execute(query).scalars())
    is_there = tuple_(thread_labels.c.owner, thread_labels.c.thread_id).in_(_threads())
    query = select(thread_labels.c.thread_id).where(~is_there)
    yield thread_labels.name, list(connection.execute(query).scalars())


def _checkpoint_keys(settings: Settings) -> Iterator[tuple[str, set[str]]]:
    """Return the keys under which LangGraph's tables have rows: by now those of threads alone."""
    is_sqlite = settings.database_url is None
    engine = writing_engine(settings, file=CHECKPOINTS_FILE)
    with engine.connect() as connection:
        for name in _SQLITE_TABLES if is_sqlite else _POSTGRES_TABLES:
            of_thread = table(name, column("thread_id")).c.thread_id
            yield name, set(connection.execute(select(of_thread).distinct()).scalars())
    engine.dispose()
