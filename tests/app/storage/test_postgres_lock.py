"""The serving lock over PostgreSQL is lost with its connection, and had again, or not."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from app.settings import Settings
from app.storage.locks import hold_serving_lock
from tests.app.storage.serving_rivals import end_holder, held_by_a_rival, holder
from tests.patience import SECONDS
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def served(settings: Settings, postgres_url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(postgres_url)})


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)


async def test_lost_connection_is_noticed_and_the_lock_held_again(
    served: Settings, postgres_url: str
) -> None:
    regained = asyncio.Event()

    async def on_regained() -> None:
        assert lock.obstacle is not None
        regained.set()

    async with hold_serving_lock(served) as lock:
        lock.on_regained = on_regained
        before = await holder(postgres_url)

        await end_holder(postgres_url)
        async with asyncio.timeout(SECONDS):
            await regained.wait()
        await until(lambda: lock.obstacle is None)
        after = await holder(postgres_url)

    assert not lock.is_superseded.is_set()
    assert before != after
    assert after is not None


async def test_nothing_is_stored_while_a_rival_has_it_for_a_moment(
    served: Settings, postgres_url: str
) -> None:
    async with hold_serving_lock(served) as lock:
        async with held_by_a_rival(postgres_url):
            await until(lambda: lock.obstacle is not None)
        await until(lambda: lock.obstacle is None)

        assert not lock.is_superseded.is_set()


async def test_rival_that_stays_supersedes(served: Settings, postgres_url: str) -> None:
    impatient = served.model_copy(update={"storage_patience_seconds": 0})
    async with hold_serving_lock(impatient) as lock, held_by_a_rival(postgres_url):
        async with asyncio.timeout(SECONDS):
            await lock.is_superseded.wait()

        assert lock.obstacle is not None


async def test_database_that_is_away_for_long_supersedes_nobody(
    settings: Settings, own_postgres_server: PostgresServer
) -> None:
    url = own_postgres_server.url()
    away = {"database_url": SecretStr(url), "storage_patience_seconds": 0}
    async with hold_serving_lock(settings.model_copy(update=away)) as lock:
        await asyncio.to_thread(own_postgres_server.stop)
        await until(lambda: lock.obstacle is not None)
        await asyncio.to_thread(own_postgres_server.start)
        await until(lambda: lock.obstacle is None)

        assert not lock.is_superseded.is_set()
        assert await holder(url) is not None


async def test_connection_that_falls_silent_is_given_up_and_its_session_ended(
    served: Settings, postgres_url: str
) -> None:
    """Else the session that nobody uses any more would hold the lock against its own process."""
    async with hold_serving_lock(served) as lock:
        silent = await holder(postgres_url)
        assert silent is not None

        os.kill(silent, signal.SIGSTOP)
        try:
            await until(lambda: lock.obstacle is not None)
        finally:
            os.kill(silent, signal.SIGCONT)
        await until(lambda: lock.obstacle is None)

        assert await holder(postgres_url) not in (None, silent)
