"""A client that goes away ends what it asked for."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from app.errors import RunCancelled
from app.execution.handles import RunHandle
from app.runs.run import Run

Result = TypeVar("Result")


async def wait_connected(request: Request, found: RunHandle) -> Run:
    """Wait for a run's end; a client that leaves ends it, unless the run is to outlive it."""
    try:
        return await while_connected(request, found.wait())
    finally:
        found.leave()


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """Wait for some work, and cancel it when the client leaves.

    An endpoint that merely awaits goes on after its client has left: uvicorn tells of it only to
    who asks.
    """
    task = asyncio.ensure_future(work)
    leaving = asyncio.create_task(_disconnect(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        has_left = not task.done()
    finally:
        leaving.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    if has_left:
        raise RunCancelled("the client left before the end")
    return task.result()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
