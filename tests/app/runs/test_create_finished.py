"""A run that is stored together with its end: once, whatever was stored of it before."""

import pytest

from app.runs.repository import RunRepository
from app.runs.run import RunStatus
from app.runs.search import RunSearch
from app.storage.database import Database
from tests.app.stored_runs import a_run, an_event, ended

pytestmark = pytest.mark.anyio

EVENTS = [an_event(1), an_event(2)]


async def test_run_stored_with_its_end_is_read_back_as_it_was(database: Database) -> None:
    runs = RunRepository(database)
    run = ended(a_run(metadata={"customer": "c1"}), RunStatus.ERROR)
    run.last_event = 2

    assert await runs.create_finished(run, EVENTS)

    assert await runs.get(run.id, owner="me") == run
    assert await runs.events(run.id, 0) == EVENTS
    labelled = await runs.search(RunSearch(owner="me", metadata={"customer": "c1"}))
    assert [one.id for one in labelled] == [run.id]


async def test_run_whose_row_was_created_before_gets_its_end(database: Database) -> None:
    runs = RunRepository(database)
    run = await runs.create(a_run(metadata={"customer": "c1"}))
    run.last_event = 2

    assert await runs.create_finished(ended(run), EVENTS)

    assert await runs.get(run.id, owner="me") == run
    assert await runs.events(run.id, 0) == EVENTS
    assert len(await runs.search(RunSearch(metadata={"customer": "c1"}))) == 1


async def test_said_twice_it_is_stored_once(database: Database) -> None:
    runs = RunRepository(database)
    run = ended(a_run(metadata={"customer": "c1"}))

    assert await runs.create_finished(run, EVENTS)
    assert await runs.create_finished(run, EVENTS)

    assert await runs.events(run.id, 0) == EVENTS
    assert len(await runs.search(RunSearch(metadata={"customer": "c1"}))) == 1


async def test_creation_that_comes_after_the_end_changes_nothing(database: Database) -> None:
    runs = RunRepository(database)
    early, late = a_run(), ended(a_run())
    late.id = early.id
    await runs.create_finished(late, EVENTS)

    await runs.create(early)

    stored = await runs.get(late.id, owner="me")
    assert stored is not None
    assert stored.status is RunStatus.SUCCESS


async def test_another_end_is_refused(database: Database) -> None:
    runs = RunRepository(database)
    first, second = ended(a_run()), ended(a_run(), RunStatus.ERROR)
    second.id = first.id

    assert await runs.create_finished(first, EVENTS)
    assert not await runs.create_finished(second, [])

    stored = await runs.get(first.id, owner="me")
    assert stored is not None
    assert stored.status is RunStatus.SUCCESS
