"""A scheduler over real storage and a real runner, and a clock that tests set."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.crons.cron import Cron
from app.crons.repository import CronRepository
from app.execution.crons import Crons
from app.execution.handles import Runs
from app.execution.scheduler import Scheduler
from app.execution.ticks import Ticks
from app.graphs.registry import GraphRegistry
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, new_run_id
from app.runs.search import RunSearch
from app.settings import Settings
from app.storage.migrate import migrate
from app.threads.repository import ThreadRepository
from tests.app.service_at_hand import Idle, opened_idle

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Shows what a test sets."""

    now: datetime = NOON + timedelta(seconds=30)

    def __call__(self) -> datetime:
        return self.now

    def set(self, hour: int, minute: int = 0, second: int = 0, *, days: int = 0) -> None:
        day = NOON.replace(hour=0) + timedelta(days=days)
        self.now = day + timedelta(hours=hour, minutes=minute, seconds=second)


@dataclass(frozen=True)
class Clockwork:
    """What starts the runs of crons, each time that a test says `look`."""

    clock: Clock
    idle: Idle
    repository: CronRepository
    scheduler: Scheduler
    crons: Crons

    async def create(self, graph_id: str = "tally", **fields: Any) -> Cron:
        """Create a cron, by default of every hour."""
        graph_input = fields.pop("graph_input", {})
        cron = Cron(
            id=new_run_id(),
            owner="me",
            graph_id=graph_id,
            schedule=fields.pop("schedule", "0 * * * *"),
            timezone="UTC",
            request=RunRequest(graph_input).as_json(),
        )
        return await self.crons.create(replace(cron, **fields))

    async def look(self) -> timedelta:
        return await self.scheduler.look()

    async def get(self, cron: Cron) -> Cron:
        return await self.crons.get(cron.owner, cron.id)

    async def runs_of(self, cron: Cron) -> list[Run]:
        """Return the runs of a cron, oldest first."""
        search = RunSearch(owner=cron.owner, metadata={"cron_id": cron.id})
        return (await RunRepository(self.idle.database).search(search))[::-1]

    async def ticks_of(self, cron: Cron) -> list[str]:
        """Return the ticks that ran, as the clock showed them."""
        runs = [
            await RunRepository(self.idle.database).get(run.id, owner=None)
            for run in await self.runs_of(cron)
        ]
        keys = [run.request.idempotency_key for run in runs if run is not None]
        return [key.value.partition("T")[2].rstrip("Z") for key in keys if key is not None]


@asynccontextmanager
async def opened_clockwork(
    settings: Settings,
    registry: GraphRegistry,
    clock: Clock,
    kind: type[CronRepository] = CronRepository,
) -> AsyncIterator[Clockwork]:
    """Open the storage, a runner, and a scheduler that looks when it is called."""
    await migrate(settings)
    async with opened_idle(settings) as idle:
        threads = ThreadRepository(idle.database)
        runs = Runs(
            idle.runner,
            RunRepository(idle.database),
            threads,
            registry=registry,
            checkpoints=idle.checkpoints,
            recovery=idle.recovery,
        )
        repository = kind(idle.database)
        ticks = Ticks(repository, runs, registry, lambda text: text)
        scheduler = Scheduler(repository, ticks, now=clock)
        crons = Crons(settings, repository, ticks, scheduler, threads, now=clock)
        yield Clockwork(clock, idle, repository, scheduler, crons)
        await idle.runner.drain(10)
