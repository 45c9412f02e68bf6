"""New checkpoints become the newest of their thread, whatever the clock did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from langgraph.checkpoint.base import create_checkpoint
from langgraph.checkpoint.base.id import uuid6

from app.errors import ClockBehind
from app.service import Service
from app.settings import Settings
from app.storage.checkpoints.ordered import pass_moment_of
from app.storage.migrate import migrate
from tests.app.service_at_hand import opened

pytestmark = pytest.mark.anyio

_OF_100_NS = 10_000_000


def id_in(seconds: float) -> str:
    """Return the id of a checkpoint that is made then."""
    fields = uuid6(clock_seq=0).time + int(seconds * _OF_100_NS)
    number = (fields >> 12) << 80 | 6 << 76 | (fields & 0xFFF) << 64 | 1 << 63
    return str(type(uuid6())(int=number))


def moment_of(checkpoint_id: str) -> str:
    """Return the moment of an id as an answer names it."""
    ticks = type(uuid6())(checkpoint_id).time
    moment = datetime(1582, 10, 15, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


async def put(service: Service, thread_id: str, checkpoint_id: str) -> None:
    """Store a checkpoint that a clock in the future made."""
    saver = service.checkpoints.of("")
    at: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    last = await saver.aget_tuple(at)
    assert last is not None
    made = create_checkpoint(last.checkpoint, None, 5, id=checkpoint_id)
    await saver.aput(last.config, made, last.metadata, {})


async def tally(client: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    return await client.post("/graphs/tally/invoke", json={"input": {}, "thread_id": "t", **body})


async def test_run_and_edit_on_a_state_of_tomorrow_are_503_and_name_the_clock(
    stored_settings: Settings,
) -> None:
    await migrate(stored_settings)
    async with opened(stored_settings) as (client, service):
        first = (await tally(client)).json()
        [*_, oldest] = (await client.post("/threads/t/history", json={})).json()
        at = oldest["checkpoint"]["checkpoint_id"]
        tomorrow = id_in(86400)
        await put(service, "t", tomorrow)
        edit = {"values": {"count": 1}, "as_node": "add"}

        answers = [
            await tally(client),
            await tally(client, checkpoint_id=at),
            await client.post("/threads/t/state", json=edit),
            await client.post("/threads/t/state", json={**edit, "checkpoint_id": at}),
        ]
        elsewhere = await tally(client, thread_id="u")
        read = await client.get("/threads/t/state")

    for answer in answers:
        assert answer.status_code == 503
        assert moment_of(tomorrow) in answer.json()["detail"]
        assert "the clock of this machine says" in answer.json()["detail"]
        assert "retry-after" in answer.headers
    assert answers[0].json()["branch"] is None
    assert (elsewhere.status_code, read.status_code) == (200, 200)
    assert first["output"] == {"count": 1}


async def test_run_waits_for_a_state_of_the_near_future_and_continues_it(
    settings: Settings,
) -> None:
    async with opened(settings) as (client, service):
        await tally(client)
        near = id_in(0.5)
        await put(service, "t", near)

        run = await tally(client)
        [newest, *_] = (await client.post("/threads/t/history", json={})).json()
        again = await tally(client)

    assert newest["checkpoint"]["checkpoint_id"] > near
    assert run.json()["output"] == {"count": 2}
    assert again.json()["output"] == {"count": 3}


@pytest.mark.parametrize("checkpoint_id", ["zzz", "ffffffff-ffff-4fff-bfff-ffffffffffff"])
async def test_id_that_no_clock_reaches_is_refused(checkpoint_id: str) -> None:
    with pytest.raises(ClockBehind, match="use another thread"):
        await pass_moment_of(checkpoint_id, thread_id="t")
