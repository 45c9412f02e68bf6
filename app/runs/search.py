"""Finds runs by their labels and status, newest first, in the same way on both databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.runs.record import RunRecord, run_record_of
from app.runs.run import RunStatus
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


async def search_runs(connection: AsyncConnection, asked: RunSearch) -> list[RunRecord]:
    """Return a page of runs, newest first, without their input, output and report."""
    label = await _label_to_begin_with(connection, asked)
    found = await connection.execute(_statement(asked, label))
    return [run_record_of(row) for row in found.mappings()]


async def _label_to_begin_with(connection: AsyncConnection, asked: RunSearch) -> str | None:
    """Return the rarest label; None where to look through runs with the status is less work.

    Neither database knows by itself: it would read half of all runs for a rare pair.
    """
    if not asked.metadata or asked.owner is None or asked.thread_id is not None:
        return None
    counts = {key: await _count(connection, _labelled(asked, key)) for key in asked.metadata}
    rarest = min(counts, key=lambda key: counts[key])
    if asked.status is None:
        return rarest
    of_status = and_(runs.c.owner == asked.owner, runs.c.status == asked.status)
    return None if await _count(connection, of_status) < counts[rarest] else rarest


async def _count(connection: AsyncConnection, condition: ColumnElement[bool]) -> int:
    """Count what an index tells, up to what is many."""
    counted = select(1).where(condition).limit(_FEW).subquery()
    return (await connection.execute(select(func.count()).select_from(counted))).scalar_one()


def _labelled(asked: RunSearch, key: str) -> ColumnElement[bool]:
    return and_(
        run_labels.c.owner == asked.owner,
        run_labels.c.key == key,
        run_labels.c.value == label_value(asked.metadata[key]),
    )


def _statement(asked: RunSearch, label: str | None) -> Select[Any]:
    # The label has the owner already: asked of the run too, SQLite would begin with all its runs.
    of_the_run = asked if label is None else replace(asked, owner=None)
    statement = select(*_SMALL).where(*_of_the_run(of_the_run))
    run_id: ColumnElement[str] = runs.c.id
    if label is not None:
        run_id = run_labels.c.run_id
        joined = runs.join(run_labels, runs.c.id == run_id)
        statement = statement.select_from(joined).where(_labelled(asked, label))
    for key, value in asked.metadata.items():
        if key != label:
            statement = statement.where(_has_label(key, value))
    if asked.before is not None:
        statement = statement.where(run_id < asked.before)
    return statement.order_by(run_id.desc()).limit(asked.limit)


def _of_the_run(asked: RunSearch) -> list[ColumnElement[bool]]:
    wanted = {
        runs.c.owner: asked.owner,
        runs.c.status: asked.status,
        runs.c.graph_id: asked.graph_id,
        runs.c.thread_id: asked.thread_id,
    }
    return [column == value for column, value in wanted.items() if value is not None]


def _has_label(key: str, value: Any) -> ColumnElement[bool]:
    label = run_labels.alias()
    return exists().where(
        label.c.run_id == runs.c.id, label.c.key == key, label.c.value == label_value(value)
    )
