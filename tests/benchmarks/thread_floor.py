"""The floor for a run on a thread: FastAPI that awaits `graph.ainvoke` with the SQLite saver."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from tests.own_graphs.two_tasks import graph


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    async with AsyncSqliteSaver.from_conn_string(sys.argv[2]) as saver:
        await saver.setup()
        # As the service has it: a killed process loses nothing.
        await saver.conn.execute("PRAGMA synchronous=NORMAL")
        yield {"graph": graph.copy(update={"checkpointer": saver})}


app = FastAPI(lifespan=_open)


@app.post("/graphs/two_tasks/invoke")
async def invoke(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    config = {"configurable": {"thread_id": body["thread_id"]}}
    output: dict[str, Any] = await request.state.graph.ainvoke(body["input"], config)
    return output


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
