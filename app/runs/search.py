"""Finds runs by labels, status, figures and time, newest first; the same on both databases."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.runs.rows import run_from_row
from app.runs.run import Run, RunStatus
from app.runs.span import ANY, EVER, Range, Span, between, within
from app.storage.columns import label_value
from app.storage.tables import HAS_FAILED, branch_stats, run_figures, run_labels, runs

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

_BEHIND_THEM = {"has_checkpoints", "started_at"}
"""SQLite would read through the large columns of each run to these, and lists show neither."""

_FIGURES = [column for column in run_figures.columns if column.name != "run_id"]

_SMALL = [*(one for one in runs.columns if one.name not in _LARGE | _BEHIND_THEM), *_FIGURES]


@dataclass(frozen=True)
class RunSearch:
    """What the runs looked for have in common; what is None or empty does not matter."""

    owner: str | None = None
    """None finds everybody's: that is for the command line."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    status: RunStatus | None = None
    graph_id: str | None = None
    thread_id: str | None = None
    is_degraded: bool | None = None
    failed_branch: str | None = None
    """The path of a node that failed or was out of time in the run, without items and repeats."""

    wall_ms: Range = ANY
    tokens: Range = ANY
    """Of input and output together."""

    cost_usd: Range = ANY
    created: Span = EVER
    ended: Span = EVER
    limit: int = 50
    before: str | None = None
    """Only runs older than this one: the last of the page before."""


async def search_runs(connection: AsyncConnection, search: RunSearch) -> list[Run]:
    """Return a page of runs, newest first, with figures and without input, output and report."""
    label = await _label_to_begin_with(connection, search)
    result = await connection.execute(_statement(search, label))
    page = [run_from_row(row) for row in result.mappings()]
    failed = await _failed_branches(connection, [run.id for run in page if run.figures])
    for run in page:
        if run.figures is not None:
            run.figures = replace(run.figures, failed_branches=tuple(failed[run.id]))
    return page


async def _failed_branches(
    connection: AsyncConnection, run_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return the branches that failed of each run, by name."""
    one, failed = branch_stats.c, defaultdict[str, list[str]](list)
    query = select(one.run_id, one.branch).where(one.run_id.in_(run_ids), HAS_FAILED).distinct()
    for run_id, branch in await connection.execute(query.order_by(one.run_id, one.branch)):
        failed[run_id].append(branch)
    return failed


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
    statement = select(*_SMALL).where(*_of_the_run(of_the_run), *_of_its_figures(search))
    run_id: ColumnElement[str] = runs.c.id
    source: FromClause = runs
    if label is not None:
        run_id = run_labels.c.run_id
        source = runs.join(run_labels, runs.c.id == run_id)
        statement = statement.where(_labelled(search, label))
    source = source.outerjoin(run_figures, run_figures.c.run_id == runs.c.id)
    statement = statement.select_from(source)
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
    conditions = [column == value for column, value in wanted.items() if value is not None]
    for column, span in ((runs.c.created_at, search.created), (runs.c.ended_at, search.ended)):
        conditions += between(column, span)
    return conditions


def _of_its_figures(search: RunSearch) -> list[ColumnElement[bool]]:
    """Return the conditions that only a run fulfils whose figures are stored, and known."""
    one = run_figures.c
    conditions: list[ColumnElement[bool]] = []
    if search.is_degraded is not None:
        conditions.append(one.is_degraded == search.is_degraded)
    if search.failed_branch is not None:
        conditions.append(_has_failed(search.failed_branch))
    figures = (
        (one.wall_ms, search.wall_ms),
        (one.tokens_in + one.tokens_out, search.tokens),
        (one.cost_usd, search.cost_usd),
    )
    for figure, wanted in figures:
        conditions += within(figure, wanted)
    return conditions


def _has_failed(branch: str) -> ColumnElement[bool]:
    one = branch_stats.c
    return exists().where(one.run_id == runs.c.id, one.branch == branch, HAS_FAILED)


def _has_label(key: str, value: Any) -> ColumnElement[bool]:
    label = run_labels.alias()
    return exists().where(
        label.c.run_id == runs.c.id, label.c.key == key, label.c.value == label_value(value)
    )
