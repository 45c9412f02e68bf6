"""What a request costs beyond its graph: `parallel_tasks`, on one connection and on sixteen.

Measured without the record of the run; what that adds is a row of its own.
"""

from statistics import median

from tests.benchmarks import servers
from tests.benchmarks.load import answers_per_second, invoke, seconds_each
from tests.benchmarks.result import Result

GRAPH_ID = "parallel_tasks"
INPUT = {"text": "many hands make light work"}
CONNECTIONS = 16

_ROUNDS = 20
_REQUESTS = 25
_LOADED_ROUNDS = 6
_LOADED_SECONDS = 1.5


async def measure_one_connection() -> Result:
    ours: list[float] = []
    floor: list[float] = []
    with servers.service(more=servers.UNRECORDED) as service, servers.floor() as plain:
        for child in (service, plain):
            await seconds_each(invoke(child, GRAPH_ID, INPUT), times=_REQUESTS)
        for _ in range(_ROUNDS):
            floor += await seconds_each(invoke(plain, GRAPH_ID, INPUT), times=_REQUESTS)
            ours += await seconds_each(invoke(service, GRAPH_ID, INPUT), times=_REQUESTS)
    return Result(
        "invoke",
        f"{GRAPH_ID}, one connection, median",
        "ms",
        median(ours) * 1000,
        floor=median(floor) * 1000,
        limit=2.0,
    )


async def measure_recorded() -> Result:
    """Compare the service with itself: with and without a record of stateless runs."""
    recorded: list[float] = []
    unrecorded: list[float] = []
    with servers.service() as service, servers.service(more=servers.UNRECORDED) as forgetful:
        for child in (service, forgetful):
            await seconds_each(invoke(child, GRAPH_ID, INPUT), times=_REQUESTS)
        for _ in range(_ROUNDS):
            unrecorded += await seconds_each(invoke(forgetful, GRAPH_ID, INPUT), times=_REQUESTS)
            recorded += await seconds_each(invoke(service, GRAPH_ID, INPUT), times=_REQUESTS)
    return Result(
        "recorded",
        f"{GRAPH_ID} with a run record, and without, median",
        "ms",
        median(recorded) * 1000,
        floor=median(unrecorded) * 1000,
        limit=1.5,
    )


async def measure_many_connections() -> Result:
    ours: list[float] = []
    floor: list[float] = []
    with servers.service(more=servers.UNRECORDED) as service, servers.floor() as plain:
        for child in (service, plain):
            await seconds_each(invoke(child, GRAPH_ID, INPUT), times=_REQUESTS)
        for _ in range(_LOADED_ROUNDS):
            for child, rates in ((plain, floor), (service, ours)):
                target = invoke(child, GRAPH_ID, INPUT)
                rate = await answers_per_second(
                    target, connections=CONNECTIONS, seconds=_LOADED_SECONDS
                )
                rates.append(rate)
    return Result(
        "throughput",
        f"{GRAPH_ID}, {CONNECTIONS} connections",
        "runs/s",
        median(ours),
        floor=median(floor),
        limit=0.6,
        bound="at least",
    )
