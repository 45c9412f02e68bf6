"""How much the service holds: idle, for every run that waits, and after thousands of runs."""

from statistics import mean

from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.invoke import GRAPH_ID, INPUT
from tests.benchmarks.load import Target, invoke, seconds_each, unanswered
from tests.benchmarks.model import PATIENCE
from tests.benchmarks.result import Result

_WAITING = servers.MOST_RUNS
_FEW = 10
_SLEEP_SECONDS = 300

_RUNS = 10_000
_FIRST_RUNS = 1_000
_RUNS_PER_SAMPLE = 250


async def measure_idle() -> Result:
    with servers.service(more=servers.UNRECORDED) as service:
        await service.settle()
        resident = service.resident_kib() / 1024
    return Result("idle", "the service without a model, resident", "MiB", resident, limit=160)


async def measure_waiting_tasks() -> Result:
    with servers.service(more=servers.UNRECORDED) as service:
        quick = invoke(service, "waiting_tasks", {"seconds": 0})
        slow = invoke(service, "waiting_tasks", {"seconds": _SLEEP_SECONDS})
        held = await _kib_per_run(service, quick, slow)
    return Result(
        "waiting_tasks", "parallel_tasks that sleep, per waiting run", "KiB", held, limit=100
    )


async def measure_waiting_topics() -> Result:
    with (
        servers.model_server() as model,
        servers.service(model, more=servers.UNRECORDED) as service,
    ):
        quick = invoke(service, "topic_brief", {"topic": "tidal power"})
        slow = invoke(service, "topic_brief", {"topic": PATIENCE})
        held = await _kib_per_run(service, quick, slow)
    return Result("waiting_topics", "topic_brief, per waiting run", "KiB", held, limit=300)


async def _kib_per_run(service: Child, quick: Target, slow: Target) -> float:
    """Return what a waiting run adds; a few finished before it have loaded what is loaded once."""
    await seconds_each(quick, times=_FEW)
    await service.settle()
    before = service.resident_kib()
    async with unanswered(slow, number=_WAITING):
        await service.settle()
        return (service.resident_kib() - before) / _WAITING


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
