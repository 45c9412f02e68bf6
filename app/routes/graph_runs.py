"""Run a graph: wait, follow, many at once, in the background. One set of typed routes for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic_core import to_json

from app.auth import OwnerDep
from app.dependencies import RunnerDep
from app.registry import GraphEntry
from app.routes.disconnects import while_connected
from app.routes.streams import BranchesParam, read_filter, send_events
from app.runs import RunStatus
from app.schemas.graph_runs import GraphModels, to_batch_item, to_run_request
from app.schemas.problems import NEEDS_KEY, describe_problems
from app.schemas.runs import RunCreated, to_answer
from app.service import Service
from app.started_runs import StartedRun

_PROBLEMS = describe_problems(
    s400="The body is not even text.",
    s401=NEEDS_KEY,
    s409="The thread is busy with another run.",
    s413="The body is larger than FANJOIN_MAX_BODY_BYTES.",
    s422="The body does not fit the graph's schema; each place is named.",
    s429="Too many runs are at work or waiting; `Retry-After` says when to come back.",
    s503="The service is stopping.",
)
_RUN_PROBLEMS = describe_problems(
    s502="A required branch, the join or a node failed; what the others did is in the report.",
    s504="The run took longer than it may, or a required branch was cut off by the deadline.",
)


def graph_routes(service: Service) -> APIRouter:
    """Return the typed routes of every graph."""
    router = APIRouter()
    for entry in service.registry.values():
        models = GraphModels(entry, most_inputs=service.settings.max_batch_inputs)
        router.include_router(_routes_of(entry, models))
    return router


def _routes_of(entry: GraphEntry, models: GraphModels) -> APIRouter:
    router = APIRouter(prefix=f"/graphs/{entry.id}", tags=[entry.id], responses=_PROBLEMS)
    waits = _starter(entry, models.request, lambda _: False)
    follows = _ending_with_the_request(_starter(entry, models.request, lambda _: True))
    walks_away = _starter(entry, models.background, lambda body: body.stream_tokens)

    @router.post(
        "/invoke",
        response_model=models.answer,
        responses={
            202: {"model": models.answer, "description": "The graph asks: see `interrupts`."},
            **_RUN_PROBLEMS,
        },
        summary=f"Run {entry.id} and wait",
        description=entry.description,
    )
    async def invoke_graph(
        request: Request, started: Annotated[StartedRun, Depends(waits)]
    ) -> Response:
        await while_connected(request, started)
        return answer_run(started)

    @router.post(
        "/stream",
        response_class=EventSourceResponse,
        summary=f"Run {entry.id} and follow it",
        description=(
            f"{entry.description} Events: run_started, branch_started, token, branch_finished, "
            f"join_started, output, report, end."
        ),
    )
    async def stream_graph(
        started: Annotated[StartedRun, Depends(follows)],
        wanted: Annotated[frozenset[str] | None, Depends(_filter_of(entry))],
    ) -> AsyncIterator[ServerSentEvent]:
        async for event in send_events(started, wanted):
            yield event

    async def run_batch(
        body: Any, request: Request, runner: RunnerDep, owner: OwnerDep
    ) -> Response:
        turns = asyncio.Semaphore(body.max_concurrency)

        async def run_one(graph_input: Any) -> StartedRun:
            asked = to_run_request(entry, body, graph_input, owner=owner, wants_tokens=False)
            async with turns:
                started = runner.start(entry, asked, is_bounded=True)
                try:
                    await started.wait()
                finally:
                    await started.cancel()
            return started

        work = asyncio.gather(*map(run_one, body.inputs))
        runs = await while_connected(request, work)
        return JSONResponse({"results": [to_batch_item(started.run) for started in runs]})

    run_batch.__annotations__["body"] = models.batch
    router.post(
        "/batch",
        response_model=models.batch_answer,
        summary=f"Run {entry.id} on many inputs",
        description="Answers in the order of the inputs; each result has a status of its own.",
    )(run_batch)

    @router.post(
        "/runs",
        status_code=202,
        summary=f"Run {entry.id} in the background",
        description="Answers at once; read, follow or cancel the run by its id.",
    )
    async def create_run(started: Annotated[StartedRun, Depends(walks_away)]) -> RunCreated:
        return RunCreated(run_id=started.run.id, status=started.run.status)

    return router


def answer_run(started: StartedRun) -> Response:
    """Answer with a run that is over; raise its error when it has no output."""
    run = started.run
    if run.error is not None:
        raise run.error
    status = 202 if run.status is RunStatus.INTERRUPTED else 200
    return Response(to_json(to_answer(run)), status, media_type="application/json")


def _starter(entry: GraphEntry, model: Any, wants_tokens: Callable[[Any], bool]) -> Any:
    """Return a dependency that starts a run, so that its errors come before any answer."""

    async def start_run(body: Any, runner: RunnerDep, owner: OwnerDep) -> StartedRun:
        asked = to_run_request(
            entry, body, body.input, owner=owner, wants_tokens=wants_tokens(body)
        )
        return runner.start(entry, asked)

    start_run.__annotations__["body"] = model
    return start_run


def _ending_with_the_request(start: Any) -> Any:
    """Return a dependency that also ends the run when the request is over, however it ends.

    The `finally` of a streaming endpoint would do so only once the generator is collected.
    """

    async def start_for_request(
        started: Annotated[StartedRun, Depends(start)],
    ) -> AsyncIterator[StartedRun]:
        try:
            yield started
        finally:
            started.task.cancel()

    return start_for_request


def _filter_of(entry: GraphEntry) -> Callable[..., Any]:
    async def filter_of(branches: BranchesParam = None) -> frozenset[str] | None:
        return read_filter(entry, branches)

    return filter_of
