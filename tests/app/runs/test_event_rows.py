"""A run's output and report are stored once, and its events are read whole."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.errors import UnreadableRun
from app.runs.event_rows import events_text
from app.runs.events import Event, EventType
from app.runs.repository import RunRepository
from app.runs.run import Run, RunFailure, RunStatus
from app.storage.database import Database
from app.storage.tables import runs
from tests.app.stored_runs import a_run, ended

pytestmark = pytest.mark.anyio

REPORT = {"wall_ms": 1.5, "warnings": ["nul \0"], "branches": [{"id": "a", "result": "x" * 5000}]}


def an_end_of(run: Run) -> list[Event]:
    """The last events of a run as its completion makes them."""
    problem = run.problem
    events: list[tuple[EventType, dict[str, Any]]] = [
        ("output", {"output": run.output}),
        ("report", run.report),
        ("end", {"status": run.status, "error": problem, "interrupts": []}),
    ]
    return [Event(number, *event) for number, event in enumerate(events, 1)]


def a_failed_run() -> Run:
    run = replace(a_run(), output={"answer": "y" * 5000}, report=REPORT, status=RunStatus.ERROR)
    return replace(run, failure=RunFailure("ValueError", "it broke"), last_event=3)


async def test_events_of_an_end_are_read_as_they_were_emitted(database: Database) -> None:
    run = a_failed_run()
    events = an_end_of(run)

    await RunRepository(database).create_finished(run, events)

    assert await RunRepository(database).events(run.id, 0) == events
    assert events[2].data["error"]["report"] == REPORT


@pytest.mark.parametrize("output", [[], [1, "two"], "text", 0, False, {}, None])
async def test_output_of_any_kind_is_read_as_it_was_emitted(
    database: Database, output: Any
) -> None:
    run = replace(a_failed_run(), output=output)
    events = an_end_of(run)

    await RunRepository(database).create_finished(run, events)

    assert await RunRepository(database).events(run.id, 0) == events


async def test_output_and_report_are_stored_in_their_columns_alone(database: Database) -> None:
    run = a_failed_run()

    await RunRepository(database).create_finished(run, an_end_of(run))

    [(stored,)] = await database.read(select(runs.c.last_events).where(runs.c.id == run.id))
    assert len(stored) < 1000


async def test_events_that_an_earlier_version_stored_whole_are_read(database: Database) -> None:
    run = a_failed_run()
    events = an_end_of(run)
    await RunRepository(database).create_finished(run, events)

    def store_whole(connection: Any, _: None) -> None:
        whole = events_text(events)
        connection.execute(update(runs).values(last_events=whole, report="{damaged"))

    await database.writer.write(store_whole, None)

    assert await RunRepository(database).events(run.id, 0) == events


async def test_report_that_cannot_be_read_makes_its_events_unreadable(database: Database) -> None:
    run = ended(a_run())
    await RunRepository(database).create_finished(run, an_end_of(run))

    def damage(connection: Any, _: None) -> None:
        connection.execute(update(runs).values(report="{damaged"))

    await database.writer.write(damage, None)

    with pytest.raises(UnreadableRun, match="report"):
        await RunRepository(database).events(run.id, 0)
