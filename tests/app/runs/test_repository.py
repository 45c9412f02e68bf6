"""Runs kept and read back, equal on both databases."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.errors import EventsGone, StorageUnavailable, ThreadBusy
from app.retention.statements import drop_events
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.run import Run, RunFailure, RunStatus, new_run_id
from app.settings import Settings
from app.storage.database import Database, open_database
from app.threads.repository import ThreadRepository
from app.threads.thread import INTERRUPTED
from tests.app.stored_runs import a_run, an_event, claim_left, ended

pytestmark = pytest.mark.anyio


async def test_begun_run_is_read_back_as_it_was(database: Database) -> None:
    graph_input, metadata = {"text": "nul \0, snow ☃"}, {"customer": "c\0", "number": 1e300}
    options: dict[str, Any] = {"wants_tokens": True, "deadline": 1.5, "context": {"tone": "dry"}}
    record = a_run("t", graph_input=graph_input, metadata=metadata, is_background=True, **options)

    assert await RunRepository(database).create(record) is record

    assert await RunRepository(database).get(record.id, owner="me") == record


async def test_ended_run_is_read_back_as_it_was(database: Database) -> None:
    record = await RunRepository(database).create(a_run())
    run = record
    run.status = RunStatus.ERROR
    run.output = {"text": "x" * 1_000_000, "nul": "\0", "nothing": None}
    run.failure = RunFailure("ValueError", "it broke \ud800", branch="b")
    run.interrupts = [{"id": "1", "value": "which?"}]
    run.report = {"wall_ms": 12.5, "degraded": True}
    record.reusable_writes, record.last_event = ("msgpack", b"\x00\xff"), 3

    assert await RunRepository(database).finish(record, [an_event(3)], None)

    run.failure = RunFailure("ValueError", "it broke ?", branch="b")
    assert await RunRepository(database).get(run.id, owner="me") == record


async def test_moments_keep_their_zone_and_their_fractions(database: Database) -> None:
    record = a_run()
    record.created_at = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
    await RunRepository(database).create(record)

    stored = await RunRepository(database).get(record.id, owner=None)

    assert stored is not None
    assert stored.created_at.isoformat() == "2026-11-22T01:02:03.456789+00:00"


async def test_run_of_another_owner_is_not_there(database: Database) -> None:
    record = await RunRepository(database).create(a_run(key="k"))

    assert await RunRepository(database).get(record.id, owner="you") is None
    assert await RunRepository(database).get_by_idempotency_key("you", "k") is None
    assert await RunRepository(database).get(record.id, owner=None) == record


async def test_ids_of_later_runs_are_greater() -> None:
    made = [new_run_id() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert made[0] < new_run_id()
    assert {(len(run_id), run_id[12]) for run_id in made} == {(32, "7")}


async def test_thread_takes_one_run_at_a_time(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(RunRepository(database).create(a_run("t")) for _ in range(5)), return_exceptions=True
    )

    created = [outcome for outcome in outcomes if isinstance(outcome, Run)]
    assert len(created) == 1
    assert sum(isinstance(outcome, ThreadBusy) for outcome in outcomes) == 4
    assert await RunRepository(database).create(a_run("t", owner="you"))
    await RunRepository(database).finish(ended(created[0]), [], INTERRUPTED)
    thread = await ThreadRepository(database).get("me", "t")
    assert (thread.status, thread.graph_id, thread.last_run_id) == (
        INTERRUPTED,
        "tally",
        created[0].id,
    )
    assert await RunRepository(database).create(a_run("t"))


async def test_run_that_is_refused_leaves_nothing(database: Database) -> None:
    await RunRepository(database).create(a_run("t"))
    refused = a_run("t", key="k", metadata={"a": 1})

    with pytest.raises(ThreadBusy, match="'t'"):
        await RunRepository(database).create(refused)

    assert await RunRepository(database).get_by_idempotency_key("me", "k") is None


async def test_key_is_claimed_by_one_of_many_at_once(
    database: Database, stored_settings: Settings
) -> None:
    async with open_database(stored_settings) as other:
        outcomes = await asyncio.gather(
            *(
                RunRepository(one).create(
                    a_run("t" if number % 3 else None, key="k", request_hash="h")
                )
                for number in range(10)
                for one in (database, other)
            ),
            return_exceptions=True,
        )

    stored = await RunRepository(database).get_by_idempotency_key("me", "k")
    assert stored is not None
    assert [error for error in outcomes if not isinstance(error, Run)] == []
    records = [record for record in outcomes if isinstance(record, Run)]
    assert {record.id for record in records} == {stored.id}


async def test_key_of_another_request_is_its_run_and_of_another_owner_is_free(
    database: Database,
) -> None:
    first = await RunRepository(database).create(a_run(key="k", request_hash="h"))

    assert await RunRepository(database).create(a_run(key="k", request_hash="other")) == first
    yours = a_run(key="k", request_hash="other", owner="you")
    assert await RunRepository(database).create(yours) is yours


async def test_earlier_run_of_a_key_is_returned_though_its_thread_is_busy(
    database: Database,
) -> None:
    first = await RunRepository(database).create(a_run("t", key="k", request_hash="h"))

    assert await RunRepository(database).create(a_run("t", key="k", request_hash="h")) == first


async def test_begin_and_end_said_twice_are_kept_once(database: Database) -> None:
    for record in (a_run(), a_run("t"), a_run("u", key="k")):
        assert await RunRepository(database).create(record) is record
        assert await RunRepository(database).create(record) is record
        assert await RunRepository(database).finish(ended(record), [an_event(1)], None)
        assert await RunRepository(database).finish(record, [an_event(1)], None)


async def test_late_end_of_an_earlier_attempt_is_refused(database: Database) -> None:
    late = await RunRepository(database).create(a_run())
    [claimed] = await claim_left(database)

    assert not await RunRepository(database).finish(ended(late), [an_event(1, late=True)], None)
    assert await RunRepository(database).finish(ended(claimed), [an_event(2)], None)
    late.ended_at = None
    assert not await RunRepository(database).finish(late, [], None)

    assert await RunRepository(database).events(late.id, 0) == [an_event(2)]


async def test_late_end_leaves_the_thread_to_its_next_run(database: Database) -> None:
    first = await RunRepository(database).create(a_run("t"))
    assert await RunRepository(database).finish(ended(first), [], "idle")
    second = await RunRepository(database).create(a_run("t"))

    assert await RunRepository(database).finish(first, [], "idle")

    assert (await ThreadRepository(database).get("me", "t")).status == "busy"
    assert (await ThreadRepository(database).get("me", "t")).last_run_id == second.id


async def test_events_are_read_from_anywhere_in_their_order(database: Database) -> None:
    record = await RunRepository(database).create(a_run())
    events = [an_event(number, text=f"\0{number}") for number in range(1, 8)]
    append = RunRepository(database).append_events
    await append([(record.id, events[:2])])
    await append([(record.id, events[2:3])])
    await append([(record.id, events[2:5])])
    record.last_event = 7
    await RunRepository(database).finish(ended(record), events[5:], None)

    assert await RunRepository(database).events(record.id, 0) == events
    assert await RunRepository(database).events(record.id, 3) == events[3:]
    assert await RunRepository(database).events(record.id, 1, before=7) == events[1:6]
    assert await RunRepository(database).events(record.id, 99) == []


async def test_events_that_are_kept_twice_are_read_once(database: Database) -> None:
    record = await RunRepository(database).create(a_run())
    events = [an_event(number) for number in range(1, 4)]
    await RunRepository(database).append_events([(record.id, events[:2])])

    await RunRepository(database).finish(ended(record), events, None)

    assert await RunRepository(database).events(record.id, 0) == events


async def test_run_whose_events_are_kept_is_running(database: Database) -> None:
    record = await RunRepository(database).create(a_run())

    await RunRepository(database).append_events([(record.id, [an_event(1), an_event(2)])])

    stored = await RunRepository(database).get(record.id, owner="me")
    assert stored is not None
    assert (stored.status, stored.last_event) == (RunStatus.RUNNING, 2)


async def test_events_of_a_run_that_is_gone_harm_no_other(database: Database) -> None:
    record = await RunRepository(database).create(a_run())
    batches: list[tuple[str, list[Event]]] = [
        ("gone", [an_event(1)]),
        (record.id, [an_event(1)]),
    ]

    with pytest.raises(IntegrityError):
        await RunRepository(database).append_events(batches)

    await RunRepository(database).append_events([(record.id, [an_event(2)])])
    assert len(await RunRepository(database).events(record.id, 0)) == 2


async def test_pruned_events_are_gone_and_not_merely_few(database: Database) -> None:
    record = await RunRepository(database).create(a_run())
    await RunRepository(database).finish(ended(record), [an_event(1)], None)

    await database.writer.write(drop_events, [record.id])

    with pytest.raises(EventsGone, match=record.id):
        await RunRepository(database).events(record.id, 0)


async def test_run_of_graph_and_numbers_of_a_retry_are_kept(database: Database) -> None:
    first = await RunRepository(database).create(a_run())
    run = await RunRepository(database).create(a_run(retry_of=first.id))

    stored = await RunRepository(database).get(run.id, owner="me")
    assert stored is not None
    assert stored.request.retry_of == first.id


async def test_many_runs_begin_and_end_at_once(database: Database) -> None:
    records = [a_run(f"t{number}" if number % 2 else None) for number in range(200)]

    await asyncio.gather(*(RunRepository(database).create(record) for record in records))
    ends = [
        RunRepository(database).finish(ended(record), [an_event(1)], "idle") for record in records
    ]

    assert all(await asyncio.gather(*ends))
    assert await claim_left(database) == []


async def test_closed_database_is_unavailable(database: Database) -> None:
    await database.writer.close()

    with pytest.raises(StorageUnavailable):
        await RunRepository(database).create(a_run())
