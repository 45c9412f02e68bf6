"""Runs are found by labels, status, graph and thread, newest first, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunFigures, RunStatus
from app.runs.search import RunSearch
from app.runs.span import Range, Span
from app.storage.database import Database

pytestmark = pytest.mark.anyio


async def keep(
    database: Database,
    *,
    owner: str = "me",
    graph_id: str = "graph",
    thread_id: str | None = None,
    status: RunStatus | None = None,
    **metadata: Any,
) -> str:
    """Keep a run, over with a status where one is given, and return its id."""
    request = RunRequest({}, owner=owner, thread_id=thread_id, metadata=metadata)
    run = await RunRepository(database).create(Run(graph_id, request))
    if status is not None:
        run.status, run.output = status, {"large": "x"}
        await RunRepository(database).finish(run, [], "idle" if thread_id else None)
    return run.id


async def search(database: Database, **options: Any) -> list[str]:
    records = await RunRepository(database).search(RunSearch(**{"owner": "me", **options}))
    return [record.id for record in records]


async def test_all_that_is_asked_must_hold_and_the_newest_comes_first(database: Database) -> None:
    failed = RunStatus.ERROR
    first = await keep(database, status=failed, env="prod", customer=7)
    await keep(database, status=RunStatus.SUCCESS, env="prod", customer=7)
    await keep(database, status=failed, env="test", customer=7)
    last = await keep(database, status=failed, env="prod", customer=7, more=None)

    run_ids = await search(database, status=failed, metadata={"env": "prod", "customer": 7})

    assert run_ids == [last, first]


async def test_rare_status_is_found_among_many_of_a_label(database: Database) -> None:
    failed = await keep(database, status=RunStatus.ERROR, env="prod")
    await keep(database, status=RunStatus.ERROR, env="test")
    for _ in range(3):
        await keep(database, env="prod")

    assert await search(database, status=RunStatus.ERROR, metadata={"env": "prod"}) == [failed]


async def test_value_is_found_by_its_type_too(database: Database) -> None:
    values = ("1", 1, True, 1.5, None, "long" * 100)
    runs = [(value, await keep(database, label=value)) for value in values]

    for value, run_id in runs:
        assert await search(database, metadata={"label": value}) == [run_id]
    assert await search(database, metadata={"label": "none such"}) == []


async def test_runs_of_somebody_else_are_not_found_but_by_the_operator(database: Database) -> None:
    mine = await keep(database, env="prod")
    yours = await keep(database, owner="you", env="prod")

    assert await search(database, metadata={"env": "prod"}) == [mine]
    assert await search(database) == [mine]
    assert await search(database, owner=None, metadata={"env": "prod"}) == [yours, mine]


async def test_pages_follow_one_another_without_gap_or_repeat(database: Database) -> None:
    runs = [await keep(database, env="prod") for _ in range(5)]
    pages: list[list[str]] = []

    while not pages or pages[-1]:
        before = pages[-1][-1] if pages else None
        pages.append(await search(database, metadata={"env": "prod"}, limit=2, before=before))

    assert [run_id for page in pages for run_id in page] == runs[::-1]


async def test_graph_and_thread_narrow_the_search(database: Database) -> None:
    on_thread = await keep(database, thread_id="t", status=RunStatus.SUCCESS, env="prod")
    other_graph = await keep(database, graph_id="other", env="prod")

    assert await search(database, thread_id="t", metadata={"env": "prod"}) == [on_thread]
    assert await search(database, graph_id="other", metadata={"env": "prod"}) == [other_graph]
    assert await search(database, graph_id="other", thread_id="t") == []


async def test_what_is_large_is_left_out(database: Database) -> None:
    await keep(database, status=RunStatus.SUCCESS, env="prod")

    (record,) = await RunRepository(database).search(RunSearch(owner="me"))

    assert record.figures is None
    assert (record.status, record.request.metadata) == (RunStatus.SUCCESS, {"env": "prod"})
    assert (record.output, record.request.graph_input) == (None, None)
    assert record.ended_at is not None


NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


async def keep_with_report(database: Database, *failed: str, hours: int = 0, **report: Any) -> str:
    """Keep a run that is over, with the figures of its report, and return its id."""
    run = Run("graph", RunRequest({}, owner="me"), status=RunStatus.SUCCESS)
    run.created_at = run.ended_at = NOON + timedelta(hours=hours)
    run.report = {"wall_ms": 1.0, "degraded": False, "tokens": None, "cost_usd": None, **report}
    figures = {"queued_ms": 0.0, "duration_ms": 1.0, "attempts": 1, "is_critical": False}
    usage = {"tokens_in": None, "tokens_out": None, "cost_usd": None}
    statuses = [*((branch, "failed") for branch in failed), ("fine", "ok"), ("may", "skipped")]
    run.branch_stats = [
        {"number": number, "branch": branch, "status": status, **figures, **usage}
        for number, (branch, status) in enumerate(statuses)
    ]
    await RunRepository(database).create_finished(run, [])
    return run.id


async def test_figures_narrow_the_search(database: Database) -> None:
    await keep(database)
    unknown = await keep_with_report(database)
    small = await keep_with_report(
        database, wall_ms=10.0, tokens={"input": 3, "output": 2}, cost_usd=0.1
    )
    large = await keep_with_report(
        database, wall_ms=20.0, degraded=True, tokens={"input": 30, "output": 20}, cost_usd=0.2
    )

    for name, low, high in (("wall_ms", 10, 20), ("tokens", 5, 50), ("cost_usd", 0.1, 0.2)):
        assert await search(database, **{name: Range(low, high)}) == [large, small]
        assert await search(database, **{name: Range(least=high)}) == [large]
        between = (low + high) / 2
        assert small in await search(database, **{name: Range(most=between)})
        assert large not in await search(database, **{name: Range(most=between)})
    assert await search(database, is_degraded=True) == [large]
    assert await search(database, is_degraded=False) == [small, unknown]


async def test_branch_that_failed_narrows_the_search(database: Database) -> None:
    await keep_with_report(database)
    one = await keep_with_report(database, "a", "a", "b")
    other = await keep_with_report(database, "b")

    assert await search(database, failed_branch="b") == [other, one]
    assert await search(database, failed_branch="a") == [one]
    assert await search(database, failed_branch="fine") == []
    assert await search(database, failed_branch="may") == []


async def test_time_narrows_the_search_to_its_first_moment_and_before_its_last(
    database: Database,
) -> None:
    runs = [await keep_with_report(database, hours=hours) for hours in range(4)]
    live = await keep(database)
    span = Span(NOON + timedelta(hours=1), NOON + timedelta(hours=3))

    assert await search(database, created=span) == [runs[2], runs[1]]
    assert await search(database, ended=span) == [runs[2], runs[1]]
    assert live not in await search(database, ended=Span(since=NOON))


async def test_page_shows_the_figures_of_each_run(database: Database) -> None:
    await keep_with_report(
        database, "b", "a", "a", degraded=True, tokens={"input": 3, "output": 2}, cost_usd=0.5
    )

    [run] = await RunRepository(database).search(RunSearch(owner="me", metadata={}))

    assert run.figures == RunFigures(True, 1.0, 3, 2, 0.5, ("a", "b"))


async def test_label_and_figure_narrow_the_search_together(database: Database) -> None:
    await keep(database, status=RunStatus.SUCCESS, env="prod")
    labelled = Run("graph", RunRequest({}, owner="me", metadata={"env": "prod"}))
    labelled.status, labelled.report = RunStatus.SUCCESS, {"wall_ms": 5.0}
    await RunRepository(database).create_finished(labelled, [])
    await keep_with_report(database, wall_ms=5.0)

    shown = await search(database, metadata={"env": "prod"}, wall_ms=Range(least=5))

    assert shown == [labelled.id]
