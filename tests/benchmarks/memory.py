"""How much the service holds: idle, for every run that waits, and after thousands of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.invoke import GRAPH_ID, INPUT
from tests.benchmarks.load import invoke, seconds_each, unanswered
from tests.benchmarks.model import PATIENCE
from tests.benchmarks.result import Result

_WAITING = servers.MOST_RUNS
_FEW = 10

_NO_SLEEP = {"seconds": 0}
_SLEEP = {"seconds": 300}
_TOPIC = {"topic": "tidal power"}
_PATIENT_TOPIC = {"topic": PATIENCE}

_RUNS = 10_000
_FIRST_RUNS = 1_000
_RUNS_PER_SAMPLE = 250


async def measure_idle() -> Result:
    with servers.service(more=servers.UNRECORDED) as service:
        await service.settle()
        resident = service.resident_kib() / 1024
    return Result("idle", "the service without a model, resident", "MiB", resident, limit=160)


async def measure_waiting_tasks() -> Result:
    with servers.service(more=servers.UNRECORDED) as service, servers.floor() as plain:
        return await _measure_waiting(
            "waiting_tasks",
            "two_tasks that sleep, per waiting run, private",
            [_Waiting(child, "waiting_tasks", _NO_SLEEP, _SLEEP) for child in (service, plain)],
        )


async def measure_waiting_topics() -> Result:
    with (
        servers.model_server() as model,
        servers.service(model, more=servers.UNRECORDED) as service,
        servers.floor(model) as plain,
    ):
        return await _measure_waiting(
            "waiting_topics",
            "brief, per waiting run, private",
            [_Waiting(child, "brief", _TOPIC, _PATIENT_TOPIC) for child in (service, plain)],
        )


@dataclass(frozen=True)
class _Waiting:
    """A server, and the input with which a graph is over soon, and waits."""

    child: Child
    graph_id: str
    quick: dict[str, Any]
    slow: dict[str, Any]

    async def kib_per_run(self) -> float:
        """Return what a waiting run adds; a few that ended have loaded what is loaded once."""
        await seconds_each(invoke(self.child, self.graph_id, self.quick), times=_FEW)
        await self.child.settle()
        before = self.child.private_kib()
        slow = invoke(self.child, self.graph_id, self.slow)
        async with unanswered(slow, number=_WAITING):
            await self.child.settle()
            return (self.child.private_kib() - before) / _WAITING


async def _measure_waiting(row: str, work: str, sides: Sequence[_Waiting]) -> Result:
    """Limit what the service adds to what LangGraph, the graph and its clients hold anyway."""
    ours, floor = [await side.kib_per_run() for side in sides]
    return Result(row, work, "KiB", ours, floor=floor, limit=40, limits="own share")


async def measure_growth() -> Result:
    """Compare the first thousand of the later runs with the last; 230 bytes a run are too much."""
    samples: list[float] = []
    with servers.service(more=servers.UNRECORDED) as service:
        target = invoke(service, GRAPH_ID, INPUT)
        for _ in range(_RUNS // _RUNS_PER_SAMPLE):
            await seconds_each(target, times=_RUNS_PER_SAMPLE)
            samples.append(service.resident_kib() / 1024)
    later = samples[_FIRST_RUNS // _RUNS_PER_SAMPLE :]
    window = _FIRST_RUNS // _RUNS_PER_SAMPLE
    growth = mean(later[-window:]) - mean(later[:window])
    return Result(
        "growth", f"{_RUNS:,} runs, growth after the first {_FIRST_RUNS:,}", "MiB", growth, limit=2
    )
