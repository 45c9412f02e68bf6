"""The floor: six lines of FastAPI that await `graph.ainvoke`, under uvicorn as `fanjoin serve` has.

It logs no access line, checks no input and knows no errors: nobody could serve the graph for less.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

from graphs.parallel_tasks import graph as parallel_tasks
from graphs.topic_brief import graph as topic_brief
from tests.benchmarks.graphs.waiting_tasks import graph as waiting_tasks

app = FastAPI()


@app.post("/graphs/parallel_tasks/invoke")
async def invoke_parallel_tasks(body: dict[str, Any]) -> dict[str, Any]:
    return await parallel_tasks.ainvoke(body["input"])


@app.post("/graphs/topic_brief/invoke")
async def invoke_topic_brief(body: dict[str, Any]) -> dict[str, Any]:
    return await topic_brief.ainvoke(body["input"])


@app.post("/graphs/waiting_tasks/invoke")
async def invoke_waiting_tasks(body: dict[str, Any]) -> dict[str, Any]:
    return await waiting_tasks.ainvoke(body["input"])


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
