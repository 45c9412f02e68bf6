"""A client that goes away ends its run."""

import asyncio

from fastapi import Request

from app.runner import StartedRun
from app.runs import Run


async def wait_while_connected(started: StartedRun, request: Request) -> Run:
    """Return the run once it is over; cancel it, with every branch, when the client leaves.

    An endpoint that merely awaits goes on after its client has left: uvicorn tells of it only to
    who asks.
    """
    leaving = asyncio.create_task(_disconnect(request))
    try:
        await asyncio.wait({started.task, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not started.task.done():
            await started.cancel()
    return started.run


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
