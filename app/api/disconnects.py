"""A client that disconnects cancels what it requested."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from app.errors import RunCancelled
from app.execution.run_handle import RunHandle
from app.runs.run import Run

Result = TypeVar("Result")


async def wait_connected(request: Request, handle: RunHandle) -> Run:
    """Wait for a run's end; a client that disconnects ends it, unless the run outlives it."""
    try:
        return await while_connected(request, handle.wait())
    finally:
        handle.client_left()


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """Wait for some work, and cancel it when the client leaves.

    An endpoint that merely awaits continues after its client has disconnected: uvicorn reports it
    only to those who receive.
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
        raise RunCancelled("the client disconnected before the run ended")
    return task.result()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
