"""What runs do while the serving lock is lost, and after another process had it."""

import asyncio
from typing import Any

import httpx2
import pytest
from psycopg import AsyncConnection
from pydantic import SecretStr

from app.runs.repository import RunRepository
from app.runs.run import Run
from app.service import Service
from app.settings import Settings
from tests.app.at_work import begins, holding
from tests.app.service_at_hand import active_run, opened
from tests.app.storage.serving_rivals import end_holder, held_by_a_rival
from tests.patience import SECONDS

pytestmark = pytest.mark.anyio

SCRIPTED = "/graphs/scripted"


@pytest.fixture
def served(settings: Settings, postgres_url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(postgres_url)})


async def until_lost(service: Service, *, is_lost: bool) -> None:
    """Return once another process is known to have the lock, or the service has it again."""
    async with asyncio.timeout(SECONDS):
        while (obstacle := service.lock.obstacle) is not None or is_lost:
            if is_lost and str(obstacle).startswith("another process"):
                return
            await asyncio.sleep(0.01)


async def stored_runs(connection: AsyncConnection[Any]) -> list[Any]:
    """Return what is stored of each run that may change."""
    columns = "id, status, attempt, ended_at, last_event"
    rows = await connection.execute(f"SELECT {columns} FROM runs ORDER BY id")
    return await rows.fetchall()


async def claim_all_runs(connection: AsyncConnection[Any]) -> None:
    """Claim them as a process does that starts."""
    await connection.execute("UPDATE runs SET attempt = attempt + 1, holder = 1")


async def stored_end(service: Service, run_id: str) -> Run:
    """Return a run once its end is stored, by whatever attempt."""
    async with asyncio.timeout(SECONDS):
        while True:
            run = await RunRepository(service.database).get(run_id, owner=None)
            if run is not None and run.is_over:
                return run
            await asyncio.sleep(0.05)


async def post(client: httpx2.AsyncClient, path: str, name: str) -> httpx2.Response:
    return await client.post(f"{SCRIPTED}/{path}", json={"input": {"name": name}})


async def test_no_run_is_taken_and_nothing_stored_before_the_lock_is_held_again(
    served: Settings, postgres_url: str
) -> None:
    async with opened(served) as (client, service):
        with holding("under way:must") as let_go:
            under_way = asyncio.create_task(post(client, "invoke", "under way"))
            await begins("under way:must")
            async with held_by_a_rival(postgres_url) as rival:
                await until_lost(service, is_lost=True)
                before = await stored_runs(rival)
                refused = [await post(client, path, "new") for path in ("invoke", "runs")]
                thread = await client.post("/threads", json={})
                unready = await client.get("/health/ready")
                let_go()
                active = await active_run(service)
                while not active.is_ending:  # noqa: ASYNC110  # no event tells of it
                    await asyncio.sleep(0.01)
                after = await stored_runs(rival)
            answered = await under_way
            await until_lost(service, is_lost=False)
            afterwards = await post(client, "invoke", "afterwards")
            ready = await client.get("/health/ready")

    assert [answer.status_code for answer in [*refused, thread, unready]] == [503] * 4
    assert unready.json()["detail"].startswith("another process holds the lock to serve")
    assert all("Retry-After" in answer.headers for answer in [*refused, unready])
    assert before == after
    assert (answered.status_code, afterwards.status_code, ready.status_code) == (200, 200, 200)


async def test_run_that_a_rival_took_and_left_ends_here_and_is_recovered(
    served: Settings, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(served) as (client, service):
        with holding("taken:must") as let_go:
            run_id = (await post(client, "runs", "taken")).json()["run_id"]
            await begins("taken:must")
            async with held_by_a_rival(postgres_url) as rival:
                await until_lost(service, is_lost=True)
                await claim_all_runs(rival)
            await until_lost(service, is_lost=False)
            let_go()
        run = await stored_end(service, run_id)

    assert (run.status, run.attempt) == ("success", 3)
    assert caplog.messages.count("run was claimed by another process") == 1


async def test_client_of_a_run_that_a_rival_took_learns_of_it(
    served: Settings, postgres_url: str
) -> None:
    async with opened(served) as (client, service):
        with holding("waited for:must"):
            body = {"input": {"name": "waited for"}, "thread_id": "t"}
            waiting = asyncio.create_task(client.post(f"{SCRIPTED}/invoke", json=body))
            await begins("waited for:must")
            async with held_by_a_rival(postgres_url) as rival:
                await until_lost(service, is_lost=True)
                await claim_all_runs(rival)
            answer = await waiting

    assert answer.status_code == 503
    assert "another process claimed run" in answer.json()["detail"]
    assert answer.json()["thread_id"] == "t"


async def test_end_of_a_run_that_a_rival_took_is_not_stored(
    served: Settings, postgres_url: str
) -> None:
    """The attempt fences it, even if nobody has noticed that the lock was lost."""
    async with opened(served) as (client, service):
        with holding("late:must") as let_go:
            run_id = (await post(client, "runs", "late")).json()["run_id"]
            await begins("late:must")
            async with await AsyncConnection.connect(postgres_url, autocommit=True) as rival:
                await claim_all_runs(rival)
            let_go()
        run = await stored_end(service, run_id)

    assert (run.status, run.attempt) == ("success", 3)


async def test_lost_connection_alone_costs_a_run_nothing(
    served: Settings, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(served) as (client, _):
        with holding("lucky:must") as let_go:
            waiting = asyncio.create_task(post(client, "invoke", "lucky"))
            await begins("lucky:must")
            await end_holder(postgres_url)
            async with asyncio.timeout(SECONDS):
                while "the serving lock is held again" not in caplog.messages:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            let_go()
            answer = await waiting

    assert answer.status_code == 200
