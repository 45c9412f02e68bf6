"""Crons as rows, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.crons.cron import Cron, Missed
from app.crons.repository import CronRepository, CronSearch
from app.crons.statements import Advance
from app.errors import CronNotFound, KeyReused, TooManyCrons, UnreadableCron
from app.storage.database import Database
from app.storage.tables import crons as table
from tests.app.damage import NO_UTF8, TOO_DEEP, damage

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

HOUR = timedelta(hours=1)


@pytest.fixture
def crons(database: Database) -> CronRepository:
    return CronRepository(database)


def a_cron(cron_id: str = "c", **fields: Any) -> Cron:
    cron = Cron(cron_id, "me", "tally", "0 * * * *", "UTC", {"form": 2, "input": {}}, next_at=NOON)
    return replace(cron, **fields)


async def test_created_cron_is_read_back_equal(crons: CronRepository) -> None:
    cron = a_cron(
        request={"form": 2, "input": {"nul": "a\0b", "long": "x" * 100_000, "é": [None, 1.5]}},
        metadata={"a": True},
        thread_id="ü?",
        missed=Missed.SKIP,
        end_at=NOON + HOUR,
        idempotency_key="k",
        request_hash="h",
    )

    created = await crons.create(cron, most=1)

    assert created == cron == await crons.get("me", "c")


async def test_one_of_two_requests_with_one_key_creates_the_cron(crons: CronRepository) -> None:
    both = [a_cron(one, idempotency_key="k", request_hash="h") for one in ("a", "b")]

    first, second = await asyncio.gather(*(crons.create(one, most=1) for one in both))
    other_owner = await crons.create(replace(both[1], owner="you"), most=1)
    with pytest.raises(KeyReused):
        await crons.create(replace(both[1], request_hash="other"), most=1)

    assert first == second == both[0]
    assert other_owner.id == "b"


async def test_bound_is_of_each_owner_also_where_two_create_at_once(crons: CronRepository) -> None:
    await crons.create(a_cron("of-another", owner="you"), most=1)

    outcomes = await asyncio.gather(
        *(crons.create(a_cron(str(number)), most=2) for number in range(4)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, TooManyCrons)]
    assert len(refused) == 2
    assert len(await crons.search(CronSearch("me"))) == 2


async def test_cron_of_another_owner_is_neither_read_changed_nor_deleted(
    crons: CronRepository,
) -> None:
    cron = await crons.create(a_cron(), most=1)

    for act in (
        crons.get("you", "c"),
        crons.patch("you", "c", lambda one: replace(one, is_paused=True)),
        crons.delete("you", "c"),
    ):
        with pytest.raises(CronNotFound):
            await act

    assert await crons.get("me", "c") == cron


async def test_two_changes_at_once_both_count(crons: CronRepository) -> None:
    await crons.create(a_cron(), most=1)

    await asyncio.gather(
        crons.patch("me", "c", lambda one: replace(one, metadata={**one.metadata, "a": 1})),
        crons.patch("me", "c", lambda one: replace(one, metadata={**one.metadata, "b": 2})),
    )

    assert (await crons.get("me", "c")).metadata == {"a": 1, "b": 2}


async def test_step_of_a_cron_whose_schedule_changed_leaves_the_new_one(
    crons: CronRepository,
) -> None:
    before = await crons.create(a_cron(), most=1)
    await crons.patch("me", "c", lambda one: replace(one, next_at=NOON + 5 * HOUR))

    await crons.advance(Advance(before, NOON + HOUR, last_tick_at=NOON, last_run_id="r"))

    after = await crons.get("me", "c")
    assert after.next_at == NOON + 5 * HOUR
    assert (after.last_tick_at, after.last_run_id) == (NOON, "r")


async def test_due_are_those_whose_tick_has_come(crons: CronRepository) -> None:
    for cron_id, next_at in (("a", NOON - HOUR), ("b", NOON), ("c", NOON + HOUR), ("d", None)):
        await crons.create(a_cron(cron_id, next_at=next_at), most=9)

    due = await crons.due(NOON, after="", limit=1)
    more = await crons.due(NOON, after=due[-1].id, limit=9)
    to_come = await crons.to_come(NOON, after="", limit=9)

    assert [cron.id for cron in (*due, *more)] == ["a", "b"]
    assert [cron.id for cron in to_come] == ["c"]
    assert await crons.nearest(NOON) == NOON + HOUR
    assert await crons.nearest(NOON + HOUR) is None


OF_JSON = [("request", "{"), ("request", "[]"), ("metadata", TOO_DEEP), ("missed", "twice")]

OF_ANY_TYPE: list[tuple[str, Any]] = [
    ("graph_id", NO_UTF8),
    ("created_at", "yesterday"),
    ("next_at", 7),
]
"""What only SQLite takes, where any column holds anything."""


async def is_read_around(
    crons: CronRepository, database: Database, *, name: str, value: Any
) -> None:
    for cron_id in ("a", "b", "c"):
        await crons.create(a_cron(cron_id), most=9)
    await damage(database, table, "b", value, name)

    listed = await crons.search(CronSearch("me"))
    due = await crons.due(NOON, after="", limit=9)
    with pytest.raises(UnreadableCron, match="cron b is stored, and cannot be read"):
        await crons.get("me", "b")
    with pytest.raises(UnreadableCron):
        await crons.patch("me", "b", lambda cron: cron)
    await crons.delete("me", "b")

    unreadable = [cron.id for cron in listed if cron.unreadable is not None]
    assert unreadable == ["b"]
    assert {cron.id for cron in due} >= {"a", "c"}
    assert [cron.id for cron in await crons.search(CronSearch("me"))] == ["c", "a"]


@pytest.mark.parametrize(("name", "value"), OF_JSON)
async def test_cron_that_cannot_be_read_costs_only_itself(
    crons: CronRepository, database: Database, name: str, value: Any
) -> None:
    await is_read_around(crons, database, name=name, value=value)


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
@pytest.mark.parametrize(("name", "value"), OF_ANY_TYPE)
async def test_cron_of_a_damaged_file_costs_only_itself(
    crons: CronRepository, database: Database, name: str, value: Any
) -> None:
    await is_read_around(crons, database, name=name, value=value)
