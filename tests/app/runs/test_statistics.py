"""What the runs of a graph add up to, on both databases."""

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select

from app.runs.repository import RunRepository
from app.runs.run import Run
from app.runs.span import EVER, Span
from app.runs.statistics import BranchFigures, GraphStatistics
from app.storage.database import Database
from app.storage.tables import branch_stats, run_figures, threads
from tests.app.stored_runs import a_run, ended

pytestmark = pytest.mark.anyio

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def a_stat(branch: str = "study", **more: Any) -> dict[str, Any]:
    times = {"queued_ms": 1.0, "duration_ms": 10.0, "attempts": 1, "is_critical": False}
    usage = {"tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0}
    return {"branch": branch, "status": "ok", **times, **usage, **more}


async def store(database: Database, *stats: dict[str, Any], hours: int = 0, **given: Any) -> Run:
    """Store a run that ended so long after noon, with these branches."""
    run = ended(a_run(**given))
    run.ended_at = NOON + timedelta(hours=hours)
    run.branch_stats = [{**one, "number": number} for number, one in enumerate(stats)]
    assert await RunRepository(database).create_finished(run, [])
    return run


async def of_tally(
    database: Database, *, owner: str = "me", span: Span = EVER
) -> tuple[int, dict[str, BranchFigures]]:
    number, branches = await GraphStatistics(database).of("tally", owner=owner, span=span)
    return number, {one.branch: one for one in branches}


async def test_executions_add_up_branch_by_branch(database: Database) -> None:
    await store(
        database,
        a_stat(is_critical=True, tokens_in=7, tokens_out=3, cost_usd=0.5),
        a_stat(status="failed", attempts=3, tokens_in=None, tokens_out=None, cost_usd=None),
        a_stat("join"),
    )
    await store(database, a_stat(tokens_in=1, tokens_out=1, cost_usd=0.25))

    number, branches = await of_tally(database)

    assert (number, list(branches)) == (2, ["join", "study"])
    assert branches["study"] == BranchFigures(
        "study",
        n=3,
        statuses={"ok": 2, "failed": 1},
        duration=(10.0, 10.0),
        queued=(1.0, 1.0),
        attempts=5,
        most_attempts=3,
        tokens_in=8,
        tokens_out=4,
        tokens_known=2,
        cost_usd=0.75,
        cost_known=2,
        critical=1,
    )


async def test_what_is_unknown_in_every_run_is_unknown_and_not_zero(database: Database) -> None:
    await store(database, a_stat(status="skipped", tokens_in=None, tokens_out=None, cost_usd=None))

    _, branches = await of_tally(database)

    figures = branches["study"]
    assert (figures.tokens_in, figures.cost_usd, figures.duration) == (None, None, None)
    assert (figures.n, figures.tokens_known, figures.cost_known) == (1, 0, 0)


@pytest.mark.parametrize("number", [1, 2, 3, 19, 20, 21, 100])
async def test_percentiles_are_those_of_the_nearest_rank(database: Database, number: int) -> None:
    chance = random.Random(number)
    durations = [round(chance.uniform(0, 1000), 1) for _ in range(number)]
    waits = [round(chance.uniform(0, 100), 1) for _ in range(number)]
    pairs = zip(durations, waits, strict=True)
    await store(database, *(a_stat(duration_ms=one, queued_ms=wait) for one, wait in pairs))
    await store(database, a_stat(status="cancelled", duration_ms=0.0, queued_ms=0.0))

    _, branches = await of_tally(database)

    assert branches["study"].duration == nearest_ranks(durations)
    assert branches["study"].queued == nearest_ranks(waits)


def nearest_ranks(values: list[float]) -> tuple[float, float]:
    in_order = sorted(values)
    middle, high = (in_order[math.ceil(share * len(values)) - 1] for share in (0.5, 0.95))
    return middle, high


async def test_span_takes_its_first_moment_and_not_its_last(database: Database) -> None:
    for hours in range(4):
        await store(database, a_stat(), hours=hours)
    after_one, before_three = NOON + timedelta(hours=1), NOON + timedelta(hours=3)

    assert (await of_tally(database, span=Span(after_one, before_three)))[0] == 2
    assert (await of_tally(database, span=Span(since=after_one)))[0] == 3
    assert (await of_tally(database, span=Span(until=before_three)))[0] == 3


async def test_runs_of_others_and_of_other_graphs_do_not_count(database: Database) -> None:
    await store(database, a_stat(), owner="you")
    await store(database, a_stat(), graph_id="another")

    assert await of_tally(database) == (0, {})
    assert (await of_tally(database, owner="you"))[0] == 1


async def test_run_stored_twice_counts_once(database: Database) -> None:
    run = await store(database, a_stat())

    assert await RunRepository(database).create_finished(run, [])
    assert await RunRepository(database).finish(run, [], None)

    assert (await of_tally(database))[1]["study"].n == 1


async def test_statistics_of_a_run_go_with_it(database: Database) -> None:
    run = await store(database, a_stat())
    on_thread = await RunRepository(database).create(a_run("t"))
    on_thread.branch_stats = [a_stat(number=0)]
    await RunRepository(database).finish(ended(on_thread), [], "idle")
    assert await counts(database) == (2, 2)

    await RunRepository(database).delete(run.id, owner="me")
    await database.writer.write(_delete_threads, None)

    assert await counts(database) == (0, 0)


def _delete_threads(connection: Connection, _: None) -> None:
    connection.execute(delete(threads))


async def counts(database: Database) -> tuple[int, ...]:
    tables = (branch_stats, run_figures)
    read = [await database.read(select(func.count()).select_from(table)) for table in tables]
    return tuple(rows[0][0] for rows in read)
