"""The service and a client of it in the test's own event loop, where their order can be made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from app.execution.active_runs import ActiveRun
from app.execution.completion import Completion
from app.execution.recovery import Recovery
from app.execution.runner import Runner
from app.graphs.registry import GraphRegistry
from app.main import create_app
from app.runs.queue import QueuedRuns
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.service import Service, open_service
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints
from app.storage.database import Database, open_database
from app.work.embedded import EmbeddedWork
from app.work.slots import Limits, Slots


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[httpx2.AsyncClient, Service]]:
    """Open the service and a client of its application."""
    async with (
        open_service(settings) as service,
        client_of(create_app(settings, service)) as client,
    ):
        yield client, service


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Start an application, and open a client of it."""
    async with app.router.lifespan_context(app) as state:

        async def stateful(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx2.ASGITransport(stateful)
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
            yield client


@dataclass(frozen=True)
class Idle:
    """What executes runs, with nothing beside it that looks for those that are queued."""

    database: Database
    checkpoints: Checkpoints
    work: EmbeddedWork
    queued_runs: QueuedRuns
    runner: Runner
    recovery: Recovery


@asynccontextmanager
async def opened_idle(settings: Settings) -> AsyncIterator[Idle]:
    """Open the storage and a runner that leaves the runs in it alone."""
    async with open_database(settings) as database, open_checkpoints(settings) as checkpoints:
        slots = Slots(Limits(settings.max_concurrent_runs))
        work = EmbeddedWork(slots)
        runs, queued_runs = RunRepository(database, work), QueuedRuns(database, work)
        completion = Completion(runs, checkpoints)
        runner = Runner(
            settings,
            prices={},
            runs=runs,
            queued_runs=queued_runs,
            slots=slots,
            checkpoints=checkpoints,
            completion=completion,
        )
        recovery = Recovery(
            settings, registry=GraphRegistry([]), runner=runner, runs=runs, completion=completion
        )
        yield Idle(database, checkpoints, work, queued_runs, runner, recovery)


async def start(service: Service, graph_id: str, request: RunRequest) -> ActiveRun:
    """Start a run that no request started before, and return it once it is active."""
    if request.is_background:
        run, is_new = await service.runner.enqueue(graph_id, request)
        assert is_new
        return await activated(service, run.id)
    started = await service.runner.start(service.registry[graph_id], request)
    assert isinstance(started, ActiveRun)
    return started


async def activated(service: Service, run_id: str) -> ActiveRun:
    """Return a queued run once it is active; it must not have ended before."""
    with service.runner.active.watching(run_id) as changed:
        while (active := service.runner.active.get(run_id)) is None:
            await changed.wait()
            changed.clear()
    return active


async def ended(service: Service, run_id: str) -> Run:
    """Return a run as it is stored, once it is over."""
    repository = RunRepository(service.database)
    stored = await repository.get(run_id, owner=None)
    assert stored is not None
    handle = await service.runs.get(run_id, owner=stored.request.owner)
    await handle.wait()
    run = await repository.get(run_id, owner=None)
    assert run is not None
    return run


async def active_run(service: Service) -> ActiveRun:
    """Return the one run there is, once there is one."""
    async with asyncio.timeout(60):
        while len(service.runner.active) == 0:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)
    [active] = service.runner.active
    return active


async def finished_branches(active: ActiveRun, *, count: int) -> set[str]:
    """Return which branches finished, once so many did."""
    finished: set[str] = set()
    async for event in active.log.follow():
        if event.type == "branch_finished":
            finished.add(event.data["id"])
        if len(finished) == count:
            break
    return finished
