"""What the runs of a graph add up to, branch by branch, since the moment these are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, select

from app.runs.span import Span, between
from app.storage.database import Database
from app.storage.tables import branch_stats

_MOST_BRANCHES = 1000

_RAN = ("ok", "degraded", "failed", "timeout")
"""The statuses of a branch that came to its own end: only those have a duration to compare."""


@dataclass
class BranchFigures:
    """All executions of one branch, join or node; milliseconds, and None where nothing is known."""

    branch: str
    n: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    duration: tuple[float, float] | None = None
    """The 50th and the 95th percentile."""

    queued: tuple[float, float] | None = None
    attempts: int = 0
    most_attempts: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_known: int = 0
    """Of how many executions the tokens are known; those are what the sums add up."""

    cost_usd: float | None = None
    cost_known: int = 0
    critical: int = 0


class GraphStatistics:
    """Reads what `branch_stats` holds; StorageUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, graph_id: str, *, owner: str, span: Span) -> tuple[int, list[BranchFigures]]:
        """Return how many runs of this owner ended in the span, and their branches by name.

        Percentiles are by nearest rank and exact: the database ranks all executions with window
        functions. They leave out what was skipped, cached, cancelled or interrupted.
        """
        is_wanted = _conditions(graph_id, owner, span)
        figures: dict[str, BranchFigures] = {}
        async with self._database.reading() as connection:
            number = (await connection.execute(_runs(is_wanted))).scalar_one()
            for row in await connection.execute(_sums(is_wanted)):
                _add(figures.setdefault(row.branch, BranchFigures(row.branch)), row)
            for row in await connection.execute(_percentiles(is_wanted)):
                if (of_branch := figures.get(row.branch)) is not None:
                    of_branch.duration = row.duration_50, row.duration_95
                    of_branch.queued = row.queued_50, row.queued_95
        in_order = sorted(figures.values(), key=lambda one: one.branch)
        return number, in_order[:_MOST_BRANCHES]


def _conditions(graph_id: str, owner: str, span: Span) -> Sequence[ColumnElement[bool]]:
    of_graph = [branch_stats.c.owner == owner, branch_stats.c.graph_id == graph_id]
    return [*of_graph, *between(branch_stats.c.ended_at, span)]


def _runs(is_wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(func.count(distinct(branch_stats.c.run_id))).where(*is_wanted)


def _sums(is_wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    one = branch_stats.c
    return (
        select(
            one.branch,
            one.status,
            func.count().label("n"),
            func.sum(one.attempts).label("attempts"),
            func.max(one.attempts).label("most_attempts"),
            func.sum(one.tokens_in).label("tokens_in"),
            func.sum(one.tokens_out).label("tokens_out"),
            func.count(one.tokens_in).label("tokens_known"),
            func.sum(one.cost_usd).label("cost_usd"),
            func.count(one.cost_usd).label("cost_known"),
            func.sum(case((one.is_critical, 1), else_=0)).label("critical"),
        )
        .where(*is_wanted)
        .group_by(one.branch, one.status)
    )


def _add(figures: BranchFigures, row: Any) -> None:
    figures.n += row.n
    figures.statuses[row.status] = row.n
    figures.attempts += int(row.attempts)
    figures.most_attempts = max(figures.most_attempts, row.most_attempts)
    figures.tokens_known += row.tokens_known
    figures.cost_known += row.cost_known
    figures.critical += int(row.critical)
    if row.tokens_known:
        figures.tokens_in = (figures.tokens_in or 0) + int(row.tokens_in)
        figures.tokens_out = (figures.tokens_out or 0) + int(row.tokens_out or 0)
    if row.cost_known:
        figures.cost_usd = (figures.cost_usd or 0.0) + float(row.cost_usd)


def _percentiles(is_wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Rank the executions of each branch by duration and by waiting, and take the nearest ranks."""
    one = branch_stats.c
    ranked = (
        select(
            one.branch,
            one.duration_ms.label("duration"),
            one.queued_ms.label("queued"),
            func.count().over(partition_by=one.branch).label("n"),
            *(
                func.row_number()
                .over(partition_by=one.branch, order_by=column)
                .label(f"{name}_rank")
                for name, column in (("duration", one.duration_ms), ("queued", one.queued_ms))
            ),
        )
        .where(*is_wanted, one.status.in_(_RAN))
        .subquery()
    )
    picked = [
        func.max(
            case((ranked.c[f"{name}_rank"] == _rank(ranked.c.n, percent), ranked.c[name]))
        ).label(f"{name}_{percent}")
        for name in ("duration", "queued")
        for percent in (50, 95)
    ]
    return select(ranked.c.branch, *picked).group_by(ranked.c.branch)


def _rank(number: ColumnElement[int], percent: int) -> ColumnElement[Any]:
    """Return the rank at which so many percent are reached: ⌈n · percent ÷ 100⌉, in integers."""
    return (number * percent + 99) // 100
