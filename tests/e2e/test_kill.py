"""The service is killed with -9 in the middle of background runs, again and again.

FANJOIN_KILL_RUNS and FANJOIN_KILL_TIMES set how many runs, and how often.
"""

import asyncio
import json
import os
import random
from collections.abc import Iterator

import httpx2
import pytest

from app.settings import Settings
from tests.e2e.follower import Follower
from tests.e2e.killed_service import KilledService

pytestmark = [pytest.mark.kill, pytest.mark.anyio]

RUNS = int(os.environ.get("FANJOIN_KILL_RUNS", "100"))
TIMES = int(os.environ.get("FANJOIN_KILL_TIMES", "10"))
LONGEST_SECONDS = 600
PACE = 4.0
FOR_EVER = 1e6
"""A pace at which nothing ends by itself."""

ANSWER = "even, inner, quick, slow"


@pytest.fixture
def service(stored_settings: Settings) -> Iterator[KilledService]:
    service = KilledService(stored_settings)
    try:
        service.start()
        yield service
    finally:
        service.stop()


async def start_runs(service: KilledService, client: httpx2.AsyncClient) -> dict[str, Follower]:
    followers = {}
    for number in range(RUNS):
        name = f"run{number}"
        # The last one is at work until the last kill, however slowly the service starts.
        body = {"input": {"name": name, "pace": PACE, "is_held": number == RUNS - 1}}
        created = await client.post(f"{service.url}/graphs/enduring/runs", json=body)
        assert created.status_code == 202
        followers[name] = Follower(service, created.json()["run_id"])
    return followers


async def begin_foreground_run(service: KilledService, client: httpx2.AsyncClient) -> str:
    """Start a run that is followed from the foreground, and leave it at work."""
    body = {"input": {"name": "awaited", "pace": FOR_EVER}}
    began: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def follow() -> None:
        address = f"{service.url}/graphs/enduring/stream"
        try:
            async with client.stream("POST", address, json=body) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: ") and not began.done():
                        began.set_result(json.loads(line[6:])["run_id"])
        except httpx2.TransportError:
            pass

    following = asyncio.create_task(follow())
    run_id = await began
    assert not following.done()
    return run_id


async def test_nothing_accepted_is_lost_and_no_finished_branch_runs_again(
    service: KilledService,
) -> None:
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
        body = {"input": {"name": "kept", "pace": 0.1}, "thread_id": "last-week"}
        await client.post(f"{service.url}/graphs/enduring/invoke", json=body)
        awaited = await begin_foreground_run(service, client)
        followers = await start_runs(service, client)
        following = [asyncio.create_task(one.follow(client)) for one in followers.values()]

        for _ in range(TIMES):
            await asyncio.sleep(random.uniform(0.2, 1.2))
            assert not all(task.done() for task in following), "there was nothing left to kill"
            await asyncio.to_thread(service.kill)
            await asyncio.to_thread(service.start)
        service.let_go()
        _, left = await asyncio.wait(following, timeout=LONGEST_SECONDS)

        assert not left, f"{len(left)} runs did not end"
        for one in followers.values():
            run = (await client.get(f"{service.url}/runs/{one.run_id}")).json()
            assert (run["status"], run["output"]) == ("success", {"answer": ANSWER}), run
            assert one.ids == sorted(set(one.ids))
        again = {name: one.repeated(name) for name, one in followers.items()}
        assert not any(again.values()), again
        ended = (await client.get(f"{service.url}/runs/{awaited}")).json()
        assert (ended["status"], ended["error"]["error_type"]) == ("error", "ServiceEnded")
        await assert_thread_opens_forks_and_goes_on(service.url, client)


async def assert_thread_opens_forks_and_goes_on(url: str, client: httpx2.AsyncClient) -> None:
    state = (await client.get(f"{url}/threads/last-week/state")).json()
    assert state["values"]["answer"] == ANSWER
    history = (await client.post(f"{url}/threads/last-week/history", json={})).json()
    before_the_join = next(past for past in history if past["next"] == ["combine"])
    fork = {
        "input": None,
        "thread_id": "last-week",
        "checkpoint_id": before_the_join["checkpoint"]["checkpoint_id"],
    }
    forked = await client.post(f"{url}/graphs/enduring/invoke", json=fork)
    assert forked.json()["output"] == {"answer": ANSWER}
    new = {"input": {"name": "new", "pace": 0.1}, "thread_id": "last-week"}
    assert (await client.post(f"{url}/graphs/enduring/invoke", json=new)).status_code == 200
