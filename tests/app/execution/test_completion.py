"""A locked file, a full disk, a lost PostgreSQL: 503 with the reason, and it recovers by itself."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text

from app.settings import Settings
from tests.app.at_work import begins, holding
from tests.app.service_at_hand import active_run, opened
from tests.app.storage.checkpoints.outages import line_to

pytestmark = pytest.mark.anyio

INVOKE = "/graphs/scripted/invoke"
ON_A_THREAD: dict[str, Any] = {"input": {}, "thread_id": "t"}
"""A run whose row is created before it starts."""


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return once it is so; fail when it is not after a minute."""
    async with asyncio.timeout(60):
        while not await is_so():  # noqa: ASYNC110  # the service is asked as a caller would
            await asyncio.sleep(0.1)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the file's write lock, as another process might."""
    path = settings.data_dir / "fanjoin.db"
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def test_locked_file_is_reported_and_runs_go_on_once_it_is_free(settings: Settings) -> None:
    async with opened(settings) as (client, _):
        before = (await client.post(INVOKE, json={"input": {}})).json()

        with locked(settings):
            refused = await client.post(INVOKE, json=ON_A_THREAD)
            read = await client.get(f"/runs/{before['run_id']}")
        afterwards = await client.post(INVOKE, json=ON_A_THREAD)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    assert refused.json()["type"] == "urn:fanjoin:storage-unavailable"
    assert refused.json()["detail"] == "another process holds the database's lock"
    assert (read.status_code, read.json()["status"]) == (200, "success")
    assert afterwards.status_code == 200


async def test_run_whose_end_cannot_be_stored_at_once_is_answered_once_it_is(
    settings: Settings,
) -> None:
    async with opened(settings) as (client, service):
        with holding("answered late:must") as let_go:
            body = {"input": {"name": "answered late"}}
            answer = asyncio.create_task(client.post(INVOKE, json=body))
            await begins("answered late:must")
            active = await active_run(service)
            with locked(settings):
                let_go()
                while not active.is_ending:  # noqa: ASYNC110  # no event tells of it
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.5)  # enough for an answer that does not wait for its end
                assert not answer.done()
        answered = await answer
        read = await client.get(f"/runs/{answered.json()['run_id']}")

    assert answered.status_code == 200
    assert read.json()["status"] == "success"


async def test_end_that_is_not_stored_for_long_is_503_with_what_was_paid_for(
    settings: Settings,
) -> None:
    async with opened(settings) as (client, _):
        with holding("answered early:must") as let_go:
            body = {"input": {"name": "answered early"}}
            answer = asyncio.create_task(client.post(INVOKE, json=body))
            await begins("answered early:must")
            with locked(settings):
                let_go()
                answered = await answer
        run_id = answered.json()["run_id"]

        async def is_stored() -> bool:
            read = await client.get(f"/runs/{run_id}")
            return bool(read.json()["status"] == "success")

        await until(is_stored)

    assert answered.status_code == 503
    rows = {row["id"]: row["status"] for row in answered.json()["report"]["branches"]}
    assert rows["must"] == "ok"


async def test_full_disk_is_reported_and_what_was_acknowledged_stays(settings: Settings) -> None:
    large = {"input": {"name": "x" * 500_000}, "thread_id": "t"}
    async with opened(settings) as (client, service):
        before = (await client.post(INVOKE, json={"input": {}})).json()

        await service.database.writer.write(_bound, True)
        refused = await client.post(INVOKE, json=large)
        await service.database.writer.write(_bound, False)
        read = await client.get(f"/runs/{before['run_id']}")
        afterwards = await client.post(INVOKE, json=large)

    assert refused.status_code == 503
    assert refused.json()["detail"] == "the disk is full"
    assert (read.status_code, read.json()["status"]) == (200, "success")
    assert afterwards.status_code == 200


def _bound(connection: Connection, is_full: bool) -> None:
    """Let the file grow no further, or again: SQLite then says what it says of a full disk."""
    pages = connection.execute(text("PRAGMA page_count")).scalar_one() if is_full else 2**30
    connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def test_postgres_lost_for_a_moment_is_reported_and_comes_back(
    settings: Settings, postgres_url: str
) -> None:
    async with line_to(postgres_url) as line:
        stored = settings.model_copy(update={"database_url": SecretStr(line.url)})
        async with opened(stored) as (client, _):
            before = (await client.post(INVOKE, json={"input": {}})).json()

            await line.cut()
            refused = await client.post(INVOKE, json=ON_A_THREAD)
            unready = await client.get("/health/ready")
            await line.fix()

            async def runs_again() -> bool:
                return (await client.post(INVOKE, json=ON_A_THREAD)).status_code == 200

            await until(runs_again)
            read = await client.get(f"/runs/{before['run_id']}")

    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("PostgreSQL does not answer")
    assert unready.status_code == 503
    assert unready.json()["detail"] == "the database does not answer"
    assert (read.status_code, read.json()["status"]) == (200, "success")
