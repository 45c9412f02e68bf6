"""What a thread costs: a run on one, and reading one that has grown long."""

import json
from statistics import median
from typing import Any

from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.invoke import GRAPH_ID, INPUT
from tests.benchmarks.load import (
    Target,
    answers_each,
    get,
    invoke,
    post,
    seconds_each,
    seconds_for_all,
)
from tests.benchmarks.result import Result

_ROUNDS = 20
_REQUESTS = 10

_SHORT, _LONG = 10, 1_000
"""Checkpoints of the two threads that are compared."""

_PAGE = 5
_READS = 25

_AT_ONCE = 50
_SLEEP_SECONDS = 0.5
_WAVES = 5


async def measure_run() -> Result:
    ours: list[float] = []
    floor: list[float] = []
    with servers.service() as service, servers.thread_floor() as plain:
        targets = [invoke(child, GRAPH_ID, INPUT, thread_id="t") for child in (service, plain)]
        for target in targets:
            await seconds_each(target, times=_REQUESTS)
        for _ in range(_ROUNDS):
            ours += await seconds_each(targets[0], times=_REQUESTS)
            floor += await seconds_each(targets[1], times=_REQUESTS)
    return Result(
        "thread",
        f"{GRAPH_ID} on a thread, SQLite, median",
        "ms",
        median(ours) * 1000,
        floor=median(floor) * 1000,
        limit=3.0,
    )


async def measure_concurrent() -> Result:
    """Ask for as many runs as come at once, each recorded, each half a second of waiting."""
    with servers.service() as service:
        target = invoke(service, "waiting_tasks", {"seconds": _SLEEP_SECONDS})
        await seconds_for_all(target, number=_AT_ONCE)
        took = [await seconds_for_all(target, number=_AT_ONCE) for _ in range(_WAVES)]
    work = f"{_AT_ONCE} at once, branches of {_SLEEP_SECONDS:g} s, wall"
    return Result("concurrent", work, "s", median(took), limit=0.75)


async def measure_state() -> Result:
    with servers.service() as service:
        short, long = [await _thread(service, wanted) for wanted in (_SHORT, _LONG)]
        targets = [Target(service, get(f"/threads/{name}/state")) for name in (short, long)]
        return await _compare("history_state", "state", *targets)


async def measure_history() -> Result:
    """Ask for the second page, whose beginning has to be found."""
    with servers.service() as service:
        short, long = [await _thread(service, wanted) for wanted in (_SHORT, _LONG)]
        targets = [await _second_page(service, name) for name in (short, long)]
        return await _compare("history_page", f"second page of {_PAGE}", *targets)


async def _compare(row: str, what: str, short: Target, long: Target) -> Result:
    of_short: list[float] = []
    of_long: list[float] = []
    for _ in range(_READS):
        of_short += await seconds_each(short, times=2)
        of_long += await seconds_each(long, times=2)
    return Result(
        row,
        f"{what} of a thread with {_LONG:,} checkpoints, and with {_SHORT}",
        "ms",
        median(of_long) * 1000,
        floor=median(of_short) * 1000,
        limit=3.0,
    )


async def _thread(service: Child, checkpoints: int) -> str:
    """Run a graph on a thread until it has so many checkpoints; return the thread's id."""
    name = f"thread-{checkpoints}"
    target = invoke(service, GRAPH_ID, INPUT, thread_id=name)
    await seconds_each(target, times=1)
    per_run = len(await _page(service, name, limit=_LONG))
    await seconds_each(target, times=-(-checkpoints // per_run) - 1)
    return name


async def _second_page(service: Child, name: str) -> Target:
    first = await _page(service, name, limit=_PAGE)
    before = first[-1]["checkpoint"]["checkpoint_id"]
    body = {"limit": _PAGE, "before": before}
    return Target(service, post(f"/threads/{name}/history", body))


async def _page(service: Child, name: str, *, limit: int) -> list[dict[str, Any]]:
    target = Target(service, post(f"/threads/{name}/history", {"limit": limit}))
    (answer,) = await answers_each(target, times=1)
    page: list[dict[str, Any]] = json.loads(answer)
    return page
