"""The floor: six lines of FastAPI that await `graph.ainvoke`, under uvicorn as `fanjoin serve` has.

It logs no access line, checks no input and knows no errors: nobody could serve the graph for less.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

from tests.own_graphs.brief import graph as brief
from tests.own_graphs.two_tasks import graph as two_tasks
from tests.own_graphs.waiting_tasks import graph as waiting_tasks

app = FastAPI()


@app.post("/graphs/two_tasks/invoke")
async def invoke_two_tasks(body: dict[str, Any]) -> dict[str, Any]:
    return await two_tasks.ainvoke(body["input"])


@app.post("/graphs/brief/invoke")
async def invoke_brief(body: dict[str, Any]) -> dict[str, Any]:
    return await brief.ainvoke(body["input"])


@app.post("/graphs/waiting_tasks/invoke")
async def invoke_waiting_tasks(body: dict[str, Any]) -> dict[str, Any]:
    return await waiting_tasks.ainvoke(body["input"])


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
