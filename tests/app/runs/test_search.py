"""Runs are found by labels, status, graph and thread, newest first, on both databases."""

from typing import Any

import pytest

from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.runs.search import RunSearch
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

    assert (record.status, record.request.metadata) == (RunStatus.SUCCESS, {"env": "prod"})
    assert (record.output, record.request.graph_input) == (None, None)
    assert record.ended_at is not None
