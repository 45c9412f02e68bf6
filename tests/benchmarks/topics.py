"""Many runs that wait for a model: `brief`, two hundred at once."""

from statistics import median

from tests.benchmarks import servers
from tests.benchmarks.load import invoke, seconds_for_all
from tests.benchmarks.result import Result

GRAPH_ID = "brief"
INPUT = {"topic": "tidal power"}
RUNS = servers.MOST_RUNS

_ROUNDS = 5


async def measure_topics() -> Result:
    ours: list[float] = []
    floor: list[float] = []
    with (
        servers.model_server() as model,
        servers.service(model) as service,
        servers.floor(model) as plain,
    ):
        for child in (service, plain):
            await seconds_for_all(invoke(child, GRAPH_ID, INPUT), number=RUNS)
        for _ in range(_ROUNDS):
            floor.append(await seconds_for_all(invoke(plain, GRAPH_ID, INPUT), number=RUNS))
            ours.append(await seconds_for_all(invoke(service, GRAPH_ID, INPUT), number=RUNS))
    return Result(
        "brief",
        f"{RUNS} at once, model answers after 0.5 s, wall",
        "s",
        median(ours),
        floor=median(floor),
        limit=1.3,
    )
