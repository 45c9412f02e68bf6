"""What it costs to queue a run, how many are executed, and how long one waits for its turn."""

import asyncio
import json
import time
from functools import partial
from statistics import median

from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.invoke import CONNECTIONS, GRAPH_ID, INPUT
from tests.benchmarks.load import (
    Target,
    answers_each,
    first_line_of,
    get,
    post,
    seconds_each,
    seconds_each_of_many,
)
from tests.benchmarks.result import Result

_RUNS = 320
_FOLLOWED = 60
_GREEDY_RUNS = 1008
_SECONDS_TO_QUEUE_ALL = 12
"""All runs of the greedy owner begin to wait for a slot after so long."""

_LOOK_SECONDS = 0.02
_GREEDY, _MODEST = "greedy-owner-of-many-runs", "modest-owner-of-one-run"

_PATH = f"/graphs/{GRAPH_ID}/runs"
_ENQUEUE = post(_PATH, {"input": INPUT})


async def measure_enqueue_alone() -> Result:
    return await _measure_enqueue("enqueue_1", connections=1, limit=4)


async def measure_enqueue_of_many() -> Result:
    return await _measure_enqueue("enqueue_16", connections=CONNECTIONS, limit=25)


async def _measure_enqueue(row: str, *, connections: int, limit: float) -> Result:
    with servers.service() as service:
        await _warm_up(service)
        took = await seconds_each_of_many(
            Target(service, _ENQUEUE), connections=connections, times=_RUNS // connections
        )
    work = f"{GRAPH_ID} in the background, {connections} clients, until 202, median"
    return Result(row, work, "ms", median(took) * 1000, limit=limit)


async def measure_background_alone() -> Result:
    return await _measure_background("background_1", connections=1, limit=170)


async def measure_background_of_many() -> Result:
    return await _measure_background("background_16", connections=CONNECTIONS, limit=190)


async def _measure_background(row: str, *, connections: int, limit: float) -> Result:
    """Count from the first request to the end of the last run."""
    with servers.service() as service:
        await _warm_up(service)
        before = service.cpu_seconds()
        began = time.perf_counter()
        await seconds_each_of_many(
            Target(service, _ENQUEUE), connections=connections, times=_RUNS // connections
        )
        await _until_all_are_over(service)
        per_second = _RUNS / (time.perf_counter() - began)
        cpu_ms = (service.cpu_seconds() - before) / _RUNS * 1000
    work = f"{GRAPH_ID} in the background, {connections} clients, until all are over"
    return Result(row, work, "runs/s", per_second, limit=limit, bound="at least", cpu_ms=cpu_ms)


async def measure_first_event() -> Result:
    with servers.service() as service:
        await _warm_up(service)
        took = []
        for _ in range(_FOLLOWED):
            began = time.perf_counter()
            [created] = await answers_each(Target(service, _ENQUEUE), times=1)
            run_id = json.loads(created)["run_id"]
            await first_line_of(service, get(f"/runs/{run_id}/stream"))
            took.append(time.perf_counter() - began)
    work = f"{GRAPH_ID} in the background, until a follower has its first event, median"
    return Result("first_event", work, "ms", median(took) * 1000, limit=10)


async def measure_fair() -> Result:
    """Compare a run beside a thousand queued ones of another owner with one that is alone."""
    keys = {
        "FANJOIN_API_KEYS": f"{_GREEDY},{_MODEST}",
        "FANJOIN_MAX_WAITING_RUNS_PER_OWNER": "2000",
    }
    values = {"input": INPUT, "thread_id": None}
    modest = post(f"/graphs/{GRAPH_ID}/invoke", values, key=_MODEST)
    with servers.service(more=keys) as service:
        await seconds_each(Target(service, modest), times=50)
        alone = median(await seconds_each(Target(service, modest), times=50))
        body = {"input": INPUT, "after_seconds": _SECONDS_TO_QUEUE_ALL}
        greedy = Target(service, post(_PATH, body, key=_GREEDY))
        due = time.monotonic() + _SECONDS_TO_QUEUE_ALL
        await seconds_each_of_many(
            greedy, connections=CONNECTIONS, times=_GREEDY_RUNS // CONNECTIONS
        )
        await asyncio.sleep(due + 1 - time.monotonic())
        beside = median(await seconds_each(Target(service, modest), times=5))
        left = await _number_of(service, "pending", key=_GREEDY)
    work = f"{GRAPH_ID} beside {left} queued runs of another owner"
    return Result("fair", work, "ms", beside * 1000, floor=alone * 1000, limit=3)


async def _warm_up(service: Child) -> None:
    await seconds_each(Target(service, _ENQUEUE), times=20)
    await _until_all_are_over(service)


async def _until_all_are_over(service: Child) -> None:
    number_of = partial(_number_of, service)
    while await number_of("pending") or await number_of("running"):  # noqa: ASYNC110  # as a client
        await asyncio.sleep(_LOOK_SECONDS)


async def _number_of(service: Child, status: str, *, key: str | None = None) -> int:
    search = post("/runs/search", {"status": status, "limit": 1000}, key=key)
    [page] = await answers_each(Target(service, search), times=1)
    return len(json.loads(page))
