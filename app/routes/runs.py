"""Run a graph: wait for it, or stream it. One set of typed routes for each graph."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.dependencies import RunnerDep
from app.registry import GraphEntry, GraphRegistry
from app.routes.disconnects import wait_while_connected
from app.runner import StartedRun
from app.runs import RunStatus
from app.schemas.problems import describe_problems
from app.schemas.runs import answer_model, request_model, to_answer, to_run_request

_PROBLEMS = describe_problems(
    s409="The thread is busy with another run.",
    s422="The body does not fit the graph's schema; each place is named.",
)
_RUN_PROBLEMS = describe_problems(
    s502="A required branch, the join or a node failed; what the others did is in the report.",
    s504="The run took longer than it may.",
)


def graph_routes(registry: GraphRegistry) -> APIRouter:
    """Return the typed routes of every graph."""
    router = APIRouter()
    for entry in registry.values():
        router.include_router(_routes_of(entry))
    return router


def _routes_of(entry: GraphEntry) -> APIRouter:
    router = APIRouter(prefix=f"/graphs/{entry.id}", tags=[entry.id], responses=_PROBLEMS)
    answer = answer_model(entry)

    def start(wants_tokens: bool) -> Any:  # becomes a dependency, not called by hand
        async def start_run(body: Any, runner: RunnerDep) -> StartedRun:
            return runner.start(entry, to_run_request(entry, body, wants_tokens=wants_tokens))

        start_run.__annotations__["body"] = request_model(entry)
        return Depends(start_run)

    @router.post(
        "/invoke",
        response_model=answer,
        responses={
            202: {"model": answer, "description": "The graph asks a question: see `interrupts`."},
            **_RUN_PROBLEMS,
        },
        summary=f"Run {entry.id} and wait",
        description=entry.description,
    )
    async def invoke_graph(
        request: Request, started: Annotated[StartedRun, start(wants_tokens=False)]
    ) -> Response:
        run = await wait_while_connected(started, request)
        if run.error is not None:
            raise run.error
        status = 202 if run.status is RunStatus.INTERRUPTED else 200
        return JSONResponse(to_answer(run), status_code=status)

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
        started: Annotated[StartedRun, start(wants_tokens=True)],
    ) -> AsyncIterator[ServerSentEvent]:
        try:
            async for event in started.log.follow():
                yield ServerSentEvent(id=str(event.id), event=event.type, data=event.data)
        finally:
            await started.cancel()

    return router
