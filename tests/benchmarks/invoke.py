"""What a request costs beyond its graph: `two_tasks`, on one connection and on sixteen.

Measured without the record of the run, and once with it, as the service is by default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.load import Target, answers_under_load, invoke, seconds_each
from tests.benchmarks.result import Result

GRAPH_ID = "two_tasks"
INPUT = {"text": "many hands make light work"}
CONNECTIONS = 16

_ROUNDS = 20
_REQUESTS = 25
_LOADED_ROUNDS = 6
_LOADED_SECONDS = 1.5


async def measure_one_connection() -> Result:
    work = f"{GRAPH_ID}, one connection, no run record, median"
    return await _measure_one_by_one("invoke", work, more=servers.UNRECORDED, limit=1.7)


async def measure_recorded() -> Result:
    """Measure what a user gets who has configured nothing: every run is recorded."""
    work = f"{GRAPH_ID}, one connection, run recorded, median"
    return await _measure_one_by_one("recorded", work, more={}, limit=2.3)


async def measure_many_connections() -> Result:
    with servers.service(more=servers.UNRECORDED) as service, servers.floor() as plain:
        ours, floor = _Side(service), _Side(plain)
        for side in (ours, floor):
            await side.warm_up()
        for _ in range(_LOADED_ROUNDS):
            await floor.send_side_by_side()
            await ours.send_side_by_side()
        return Result(
            "throughput",
            f"{GRAPH_ID}, {CONNECTIONS} connections, no run record",
            "runs/s",
            median(ours.values),
            floor=median(floor.values),
            limit=0.8,
            bound="at least",
            cpu_ms=ours.cpu_ms(),
            floor_cpu_ms=floor.cpu_ms(),
        )


async def _measure_one_by_one(
    row: str, work: str, *, more: Mapping[str, str], limit: float
) -> Result:
    with servers.service(more=more) as service, servers.floor() as plain:
        ours, floor = _Side(service), _Side(plain)
        for side in (ours, floor):
            await side.warm_up()
        for _ in range(_ROUNDS):
            await floor.send_one_by_one()
            await ours.send_one_by_one()
        return Result(
            row,
            work,
            "ms",
            median(ours.values),
            floor=median(floor.values),
            limit=limit,
            cpu_ms=ours.cpu_ms(),
            floor_cpu_ms=floor.cpu_ms(),
        )


@dataclass
class _Side:
    """One of the two servers, and what its requests have cost since it was warm."""

    child: Child
    values: list[float] = field(default_factory=list)
    _requests: int = 0
    _cpu_seconds_before: float = 0

    async def warm_up(self) -> None:
        await seconds_each(self._target, times=_REQUESTS)
        self._cpu_seconds_before = self.child.cpu_seconds()

    async def send_one_by_one(self) -> None:
        took = await seconds_each(self._target, times=_REQUESTS)
        self.values += [seconds * 1000 for seconds in took]
        self._requests += _REQUESTS

    async def send_side_by_side(self) -> None:
        answers = await answers_under_load(
            self._target, connections=CONNECTIONS, seconds=_LOADED_SECONDS
        )
        self.values.append(answers.per_second)
        self._requests += answers.number

    def cpu_ms(self) -> float:
        """Return the CPU time per request, with what the server did between its requests."""
        spent = self.child.cpu_seconds() - self._cpu_seconds_before
        return spent / self._requests * 1000

    @property
    def _target(self) -> Target:
        return invoke(self.child, GRAPH_ID, INPUT)
