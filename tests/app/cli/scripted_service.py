"""The other side of the wire: an HTTP service that answers with what a test wrote down.

It follows the contract of Fanjoin's HTTP interface and has no graph, so that any run can be shown.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tests.app.cli.events import Script, successful_run
from tests.live_server import serve

INPUT_SCHEMA = {
    "properties": {
        "topic": {"type": "string", "examples": ["tidal power"]},
        "count": {"type": "integer", "default": 3},
    },
    "required": ["topic"],
}


class ScriptedService:
    """Answers for one graph, `topic_brief`, and keeps the inputs and keys it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.schema: dict[str, Any] = INPUT_SCHEMA
        self.script: Script = successful_run()
        self.refusal: dict[str, Any] | None = None
        self.answer: dict[str, Any] = {"status": "success", "output": {"brief": "…"}}
        self.inputs: list[Any] = []
        self.configs: list[Any] = []
        self.keys: list[str | None] = []
        self.never_ends = False
        self.has_lost_its_reader = threading.Event()

    async def describe(self, request: Request) -> Response:
        graph_id = request.path_params["graph_id"]
        if graph_id != "topic_brief":
            detail = f"there is no graph {graph_id!r}; available graphs: topic_brief"
            return _problem({"title": "No graph has this id", "status": 404, "detail": detail})
        return JSONResponse({"graph_id": graph_id, "input_schema": self.schema})

    async def invoke(self, request: Request) -> Response:
        await self._read(request)
        return _problem(self.refusal) if self.refusal else JSONResponse(self.answer)

    async def _read(self, request: Request) -> None:
        body = await request.json()
        self.inputs.append(body["input"])
        self.configs.append(body.get("config"))

    async def stream(self, request: Request) -> Response:
        self.keys.append(request.headers.get("x-api-key"))
        await self._read(request)
        if self.refusal:
            return _problem(self.refusal)
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[str]:
        yield ": keep-alive\n\n"
        for number, (event, data) in enumerate(self.script, start=1):
            if event == "end" and self.never_ends:
                await self._wait_until_the_reader_leaves()
            yield f"id: {number}\nevent: {event}\ndata: {json.dumps(data)}\n\n"

    async def _wait_until_the_reader_leaves(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.has_lost_its_reader.set()


def _problem(problem: dict[str, Any]) -> Response:
    return JSONResponse(
        problem, status_code=problem["status"], media_type="application/problem+json"
    )


@contextmanager
def open_scripted_service() -> Iterator[ScriptedService]:
    service = ScriptedService()
    routes: list[BaseRoute] = [
        Route("/graphs/{graph_id}", service.describe),
        Route("/graphs/{graph_id}/invoke", service.invoke, methods=["POST"]),
        Route("/graphs/{graph_id}/stream", service.stream, methods=["POST"]),
    ]
    with serve(FastAPI(routes=routes)) as server:
        service.url = server.url
        yield service
