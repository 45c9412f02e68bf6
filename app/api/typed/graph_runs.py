"""Run a graph: wait, follow, many at once, in the background. One set of typed routes for each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic_core import to_json

from app.api.auth import OwnerDep, get_owner
from app.api.dependencies import ServiceDep, get_service
from app.api.disconnects import wait_connected, while_connected
from app.api.idempotency import ClaimDep, replay_headers, show
from app.api.problems import NEEDS_KEY, PROBLEM_MEDIA_TYPE, describe_problems
from app.api.sse import BranchesParam, read_filter, send_events
from app.api.typed.schemas.graph_runs import GraphModels, to_batch_item, to_run_request
from app.api.typed.schemas.runs import RunCreated, to_answer
from app.errors import StorageUnavailable, problem_of
from app.execution.active_runs import ActiveRun
from app.execution.handles import RunHandle
from app.graphs.registry import GraphEntry
from app.runs.events import Event
from app.runs.retry import require_checkpoint
from app.runs.run import Run, RunStatus
from app.service import Service

Result = TypeVar("Result")


_PROBLEMS = describe_problems(
    s400="The body is not even text.",
    s401=NEEDS_KEY,
    s404="The thread has no such checkpoint.",
    s409="The thread is busy with another run.",
    s410="The run that came with the key told of events that are kept no longer.",
    s413="The body is larger than FANJOIN_MAX_BODY_BYTES.",
    s422="The body does not fit the graph's schema, or the key came with another one.",
    s429="Too many runs are at work or waiting; `Retry-After` says when to come back.",
    s503="The service is stopping, or what is to be kept cannot be; `Retry-After` says when.",
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
    follows = _following(_starter(entry, models.request, lambda _: True))
    walks_away = _starter(
        entry, models.background, lambda body: body.stream_tokens, is_background=True
    )

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
        request: Request, found: Annotated[RunHandle, Depends(waits)]
    ) -> Response:
        return answer_run(await wait_connected(request, found), replay_headers(found))

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
        wanted: Annotated[frozenset[str] | None, Depends(_filter_of(entry))],
        events: Annotated[AsyncIterator[Event], Depends(follows)],
    ) -> AsyncIterator[ServerSentEvent]:
        async for event in send_events(events, wanted):
            yield event

    async def run_batch(
        body: Any, request: Request, service: ServiceDep, owner: OwnerDep, claim: ClaimDep
    ) -> Response:
        finder = service.finder
        turns = asyncio.Semaphore(body.max_concurrency)
        if claim is not None:  # before any of them begins: a run with a key goes on by itself
            await finder.require_same(owner, claim.of_item(0))

        async def run_one(number: int, graph_input: Any) -> tuple[RunHandle, dict[str, Any]]:
            asked = to_run_request(entry, body, graph_input, owner=owner, wants_tokens=False)
            own = claim.of_item(number) if claim is not None else None
            async with turns:
                found = await finder.start_once(
                    owner,
                    own,
                    lambda: service.runner.start(entry, show(own, asked), is_bounded=True),
                )
                try:
                    return found, to_batch_item(await found.wait())
                except StorageUnavailable as not_kept:
                    return found, to_batch_item(found.run, problem_of(not_kept))
                finally:
                    found.leave()

        done = await while_connected(request, _side_by_side(run_one, body.inputs))
        headers = replay_headers(*(found for found, _ in done))
        return JSONResponse({"results": [item for _, item in done]}, headers=headers)

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
    async def create_run(
        found: Annotated[RunHandle, Depends(walks_away)], response: Response
    ) -> RunCreated:
        response.headers.update(replay_headers(found))
        return RunCreated(run_id=found.run.id, status=found.run.status)

    return router


def answer_run(run: Run, headers: dict[str, str]) -> Response:
    """Answer with a run that is over: what it made, what it asks, or its problem."""
    if (problem := run.problem) is not None:
        return JSONResponse(
            problem, problem["status"], headers=headers, media_type=PROBLEM_MEDIA_TYPE
        )
    status = 202 if run.status is RunStatus.INTERRUPTED else 200
    return Response(to_json(to_answer(run)), status, headers, media_type="application/json")


def _starter(
    entry: GraphEntry,
    model: Any,
    wants_tokens: Callable[[Any], bool],
    *,
    is_background: bool = False,
) -> Any:
    """Return a dependency that starts a run, so that its errors come before any answer."""

    async def start_run(body: Any, request: Request, claim: ClaimDep) -> RunHandle:
        # Asked of the request: every dependency costs, and this is the hottest path there is.
        service, owner = await get_service(request), await get_owner(request)
        asked = to_run_request(
            entry,
            body,
            body.input,
            owner=owner,
            wants_tokens=wants_tokens(body),
            is_background=is_background,
        )
        own = claim.of_run() if claim is not None else None

        async def start() -> ActiveRun:
            await require_checkpoint(service.checkpoints, entry.id, asked)
            return await service.runner.start(entry, show(own, asked))

        return await service.finder.start_once(owner, own, start)

    start_run.__annotations__["body"] = model
    return start_run


async def _side_by_side(
    run_one: Callable[[int, Any], Awaitable[Result]], inputs: Sequence[Any]
) -> list[Result]:
    """Return the results in the order of the inputs; the first that cannot be had ends them all."""
    tasks = [asyncio.ensure_future(run_one(*item)) for item in enumerate(inputs)]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _following(start: Any) -> Any:
    """Return a dependency that gives a run's events, and ends the run with the request.

    The `finally` of a streaming endpoint would do so only once the generator is collected.
    """

    async def follow_for_request(
        found: Annotated[RunHandle, Depends(start)], response: Response
    ) -> AsyncIterator[AsyncIterator[Event]]:
        response.headers.update(replay_headers(found))
        try:
            yield await found.follow()
        finally:
            found.leave()

    return follow_for_request


def _filter_of(entry: GraphEntry) -> Callable[..., Any]:
    async def filter_of(branches: BranchesParam = None) -> frozenset[str] | None:
        return read_filter(entry, branches)

    return filter_of
