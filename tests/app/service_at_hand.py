"""The service and a client of it in the test's own event loop, where their order can be made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from app.execution.active_runs import ActiveRun
from app.main import create_app
from app.service import Service, open_service
from app.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[httpx2.AsyncClient, Service]]:
    """Open the service and a client of its application."""
    async with open_service(settings) as service:
        app = create_app(settings, service)
        async with app.router.lifespan_context(app) as state:

            async def stateful(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, "state": dict(state or {})}, receive, send)

            transport = httpx2.ASGITransport(stateful)
            async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
                yield client, service


async def run_at_work(service: Service) -> ActiveRun:
    """Return the one run there is, once there is one."""
    async with asyncio.timeout(60):
        while len(service.runner.live) == 0:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)
    [started] = service.runner.live
    return started


async def finished_branches(started: ActiveRun, *, count: int) -> set[str]:
    """Return which branches finished, once so many did."""
    finished: set[str] = set()
    async for event in started.log.follow():
        if event.type == "branch_finished":
            finished.add(event.data["id"])
        if len(finished) == count:
            break
    return finished
