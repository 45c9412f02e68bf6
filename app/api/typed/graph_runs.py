"""Run a graph: wait, stream, many at once, in the background. One set of typed routes for each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.routing import BaseRoute

from app.api.auth import needs_key, owner_of
from app.api.disconnects import wait_connected, while_connected
from app.api.idempotency import replay_headers
from app.api.problems import NEEDS_KEY, NOT_FROM_PAGES, PROBLEM_MEDIA_TYPE, describe_problems
from app.api.report_detail import DetailParam, read_detail
from app.api.sse import BranchesParam, EventStream, read_filter
from app.api.typed.crons import add_cron_route
from app.api.typed.run_route import Act, Body, Parameters, RunEndpoint, RunRoute
from app.api.typed.schemas.events import STREAM_RESPONSE
from app.api.typed.schemas.graph_runs import (
    GraphModels,
    to_batch_item,
    to_graph_input,
    to_run_request,
)
from app.api.typed.schemas.runs import RunCreated, to_answer
from app.errors import StorageUnavailable, problem_of
from app.execution.handles import Runs
from app.execution.run_handle import RunHandle
from app.graphs.registry import GraphEntry
from app.report.detail import Detail, problem_in_detail
from app.runs.request import IdempotencyKey
from app.runs.run import Run, RunStatus
from app.service import Service

Result = TypeVar("Result")

_PROBLEMS = describe_problems(
    s400="The body is not valid UTF-8, or the request is for another host.",
    s401=NEEDS_KEY,
    s403=NOT_FROM_PAGES,
    s404="The thread has no such checkpoint.",
    s409="The thread is busy with another run.",
    s410="The events of the run with this Idempotency-Key have been deleted.",
    s413="The body is larger than FANJOIN_MAX_BODY_BYTES.",
    s422=(
        "The body does not fit the graph's schema, or the Idempotency-Key was used with another "
        "request."
    ),
    s429="Too many runs are running or waiting; `Retry-After` says when to come back.",
    s500="What is stored of the thread cannot be read.",
    s503="The service is stopping, or its database is unavailable; `Retry-After` says when.",
)
_RUN_PROBLEMS = describe_problems(
    s502="A required branch, the join or a node failed; the report says what the others did.",
    s504="The run took longer than allowed, or the deadline stopped a required branch.",
)
_DETAIL: Parameters = {"report": (DetailParam, "full")}


def set_graph_routes(router: APIRouter, service: Service) -> None:
    """Put the typed routes of every graph before the other routes, in place of any of before.

    A request that is being answered keeps the route and the graph it came to.
    """
    before = list(router.routes)
    for entry in service.registry.values():
        runs = GraphRuns(service, entry)
        _add_routes(router, runs, entry)
        add_cron_route(router, service, entry, runs.models)
    added = router.routes[len(before) :]
    router.routes[:] = [*added, *(route for route in before if not _is_of_a_graph(route))]


def _is_of_a_graph(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and isinstance(route.endpoint, RunEndpoint)


class GraphRuns:
    """What the routes of one graph do."""

    def __init__(self, service: Service, entry: GraphEntry) -> None:
        self.models = GraphModels(entry, most_inputs=service.settings.max_batch_inputs)
        self._runs = service.runs
        self._entry = entry

    async def invoke_graph(
        self, request: Request, body: Any, key: IdempotencyKey | None
    ) -> Response:
        detail = read_detail(request)
        handle = await self._start(request, body, key, defers_row=True)
        return answer_run(await wait_connected(request, handle), replay_headers(handle), detail)

    async def stream_graph(
        self, request: Request, body: Any, key: IdempotencyKey | None
    ) -> Response:
        branches = read_filter(self._entry, request.query_params.get("branches"))
        detail = read_detail(request)
        handle = await self._start(request, body, key, wants_tokens=True)
        events = await handle.stream()
        headers = replay_headers(handle)
        on_close = handle.client_left
        return EventStream(events, branches, detail, on_close=on_close, headers=headers)

    async def create_run(self, request: Request, body: Any, key: IdempotencyKey | None) -> Response:
        wants_tokens = body.stream_tokens
        handle = await self._start(
            request, body, key, wants_tokens=wants_tokens, is_background=True
        )
        created = RunCreated(run_id=handle.run.id, status=handle.run.status)
        return JSONResponse(created.model_dump(), 202, replay_headers(handle))

    async def run_batch(self, request: Request, body: Any, key: IdempotencyKey | None) -> Response:
        owner = owner_of(request)
        batch = _Batch(self._runs, self._entry, body, owner, key, read_detail(request))
        if key is not None:  # before any of them starts: a run with a key continues by itself
            await self._runs.require_same_request(owner, key.of_item(0))
        done = await while_connected(request, _side_by_side(batch.run_one, batch.inputs))
        headers = replay_headers(*(handle for handle, _ in done))
        return JSONResponse({"results": [item for _, item in done]}, headers=headers)

    async def _start(
        self,
        request: Request,
        body: Any,
        key: IdempotencyKey | None,
        *,
        wants_tokens: bool = False,
        is_background: bool = False,
        defers_row: bool = False,
    ) -> RunHandle:
        run_request = to_run_request(
            self._entry,
            body,
            to_graph_input(self._entry, body),
            owner=owner_of(request),
            wants_tokens=wants_tokens,
            is_background=is_background,
            key=None if key is None else key.of_run(),
        )
        return await self._runs.start(self._entry, run_request, defers_row=defers_row)


class _Batch:
    """One request for many runs, of which so many run at once."""

    def __init__(
        self,
        runs: Runs,
        entry: GraphEntry,
        body: Any,
        owner: str,
        key: IdempotencyKey | None,
        detail: Detail,
    ) -> None:
        self._runs = runs
        self._entry = entry
        self._body = body
        self._owner = owner
        self._key = key
        self._detail = detail
        self.inputs = [
            entry.input.accept(one, place=f"inputs.{number}")
            for number, one in enumerate(body.inputs)
        ]
        self._turns = asyncio.Semaphore(body.max_concurrency)

    async def run_one(self, number: int, graph_input: Any) -> tuple[RunHandle, dict[str, Any]]:
        """Run one input when it is its turn, and return its result."""
        run_request = to_run_request(
            self._entry,
            self._body,
            graph_input,
            owner=self._owner,
            key=None if self._key is None else self._key.of_item(number),
        )
        async with self._turns:
            handle = await self._runs.start(self._entry, run_request, is_bounded=True)
            try:
                return handle, to_batch_item(await handle.wait(), self._detail)
            except StorageUnavailable as error:
                return handle, to_batch_item(handle.run, self._detail, problem_of(error))
            finally:
                handle.client_left()


def answer_run(run: Run, headers: dict[str, str], detail: Detail) -> Response:
    """Answer with a run that is over: its output, its questions, or its problem."""
    if (error := run.error) is not None:
        return JSONResponse(
            problem_in_detail(problem_of(error), detail),
            error.status,
            headers={**headers, **error.headers},
            media_type=PROBLEM_MEDIA_TYPE,
        )
    status = 202 if run.status is RunStatus.INTERRUPTED else 200
    answer = to_json(to_answer(run, detail))
    return Response(answer, status, headers, media_type="application/json")


def _add_routes(router: APIRouter, runs: GraphRuns, entry: GraphEntry) -> None:
    models = runs.models

    def add(
        path: str, act: Act, body: Body, parameters: Parameters | None = None, **described: Any
    ) -> None:
        responses = {**_PROBLEMS, **described.pop("responses", {})}
        router.add_api_route(
            f"/graphs/{entry.id}/{path}",
            RunEndpoint(act, body, parameters),
            methods=["POST"],
            tags=[entry.id],
            dependencies=needs_key,
            responses=responses,
            route_class_override=RunRoute,
            **described,
        )

    add(
        "invoke",
        runs.invoke_graph,
        models.request,
        _DETAIL,
        response_model=models.answer,
        responses={
            202: {
                "model": models.answer,
                "description": "The run is paused: see `interrupts` and `next`.",
            },
            **_RUN_PROBLEMS,
        },
        summary=f"Run {entry.id} and wait",
        description=entry.description,
    )
    add(
        "stream",
        runs.stream_graph,
        models.request,
        {"branches": (BranchesParam, None), **_DETAIL},
        response_class=EventStream,
        status_code=200,
        responses=STREAM_RESPONSE,
        summary=f"Run {entry.id} and stream it",
        description=entry.description,
    )
    add(
        "batch",
        runs.run_batch,
        models.batch,
        _DETAIL,
        response_model=models.batch_answer,
        summary=f"Run {entry.id} on many inputs",
        description="Answers in the order of the inputs; each result has a status of its own.",
    )
    add(
        "runs",
        runs.create_run,
        models.background,
        response_model=RunCreated,
        status_code=202,
        summary=f"Run {entry.id} in the background",
        description="Answers at once; read, stream or cancel the run by its id.",
    )


async def _side_by_side(
    run_one: Callable[[int, Any], Awaitable[Result]], inputs: Sequence[Any]
) -> list[Result]:
    """Return the results in the order of the inputs; the first that fails to start ends all."""
    tasks = [asyncio.ensure_future(run_one(*item)) for item in enumerate(inputs)]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
