"""A client that goes away ends what it asked for."""

import asyncio
from typing import Any

from fastapi import Request

from app.started_runs import StartedRun


async def while_connected(request: Request, work: StartedRun | asyncio.Future[Any]) -> Any:
    """Wait for a run or other work; cancel it, with every branch, when the client leaves.

    An endpoint that merely awaits goes on after its client has left: uvicorn tells of it only to
    who asks.
    """
    task = work.task if isinstance(work, StartedRun) else work
    leaving = asyncio.create_task(_disconnect(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    return None if task.cancelled() else task.result()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
