"""Finds runs by their labels and status, newest first, in the same way on both databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.runs.rows import run_from_row
from app.runs.run import Run, RunStatus
from app.storage.columns import label_value
from app.storage.tables import run_labels, runs

_FEW = 2000
"""So many rows are looked through one by one in a few milliseconds (measured on both databases)."""

_LARGE = {
    "request",
    "output",
    "report",
    "interrupts",
    "reusable_writes_type",
    "reusable_writes",
    "last_events",
}

_SMALL = [column for column in runs.columns if column.name not in _LARGE]


@dataclass(frozen=True)
class RunSearch:
    """What the runs looked for have in common; what is None or empty does not matter."""

    owner: str | None = None
    """None finds everybody's: that is for the command line."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    status: RunStatus | None = None
    graph_id: str | None = None
    thread_id: str | None = None
    limit: int = 50
    before: str | None = None
    """Only runs older than this one: the last of the page before."""


async def search_runs(connection: AsyncConnection, search: RunSearch) -> list[Run]:
    """Return a page of runs, newest first, without their input, output and report."""
    label = await _label_to_begin_with(connection, search)
    result = await connection.execute(_statement(search, label))
    return [run_from_row(row) for row in result.mappings()]


async def _label_to_begin_with(connection: AsyncConnection, search: RunSearch) -> str | None:
    """Return the rarest label; None where to look through runs with the status is less work.

    Neither database knows by itself: it would read half of all runs for a rare pair.
    """
    if not search.metadata or search.owner is None or search.thread_id is not None:
        return None
    counts = {key: await _count(connection, _labelled(search, key)) for key in search.metadata}
    rarest = min(counts, key=lambda key: counts[key])
    if search.status is None:
        return rarest
    of_status = and_(runs.c.owner == search.owner, runs.c.status == search.status)
    return None if await _count(connection, of_status) < counts[rarest] else rarest


async def _count(connection: AsyncConnection, condition: ColumnElement[bool]) -> int:
    """Count what an index tells, up to what is many."""
    counted = select(1).where(condition).limit(_FEW).subquery()
    return (await connection.execute(select(func.count()).select_from(counted))).scalar_one()


def _labelled(search: RunSearch, key: str) -> ColumnElement[bool]:
    return and_(
        run_labels.c.owner == search.owner,
        run_labels.c.key == key,
        run_labels.c.value == label_value(search.metadata[key]),
    )


def _statement(search: RunSearch, label: str | None) -> Select[Any]:
    # The label has the owner already: with the run's, SQLite would begin with all its runs.
    of_the_run = search if label is None else replace(search, owner=None)
    statement = select(*_SMALL).where(*_of_the_run(of_the_run))
    run_id: ColumnElement[str] = runs.c.id
    if label is not None:
        run_id = run_labels.c.run_id
        joined = runs.join(run_labels, runs.c.id == run_id)
        statement = statement.select_from(joined).where(_labelled(search, label))
    for key, value in search.metadata.items():
        if key != label:
            statement = statement.where(_has_label(key, value))
    if search.before is not None:
        statement = statement.where(run_id < search.before)
    return statement.order_by(run_id.desc()).limit(search.limit)


def _of_the_run(search: RunSearch) -> list[ColumnElement[bool]]:
    wanted = {
        runs.c.owner: search.owner,
        runs.c.status: search.status,
        runs.c.graph_id: search.graph_id,
        runs.c.thread_id: search.thread_id,
    }
    return [column == value for column, value in wanted.items() if value is not None]


def _has_label(key: str, value: Any) -> ColumnElement[bool]:
    label = run_labels.alias()
    return exists().where(
        label.c.run_id == runs.c.id, label.c.key == key, label.c.value == label_value(value)
    )
