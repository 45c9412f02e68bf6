"""A run by its id: read it, its report, its events; cancel, resume, retry. And a search."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from app.api.auth import OwnerDep
from app.api.dependencies import RegistryDep, RunDep, ServiceDep
from app.api.disconnects import wait_connected
from app.api.fields import Name
from app.api.idempotency import KeyDep, replay_headers
from app.api.json_route import JsonRoute
from app.api.problems import NEEDS_KEY, NOT_FROM_PAGES, describe_problems
from app.api.sse import STREAM_RESPONSE, BranchesParam, EventStream, read_filter
from app.api.typed.graph_runs import answer_run
from app.api.typed.schemas.reports import Report
from app.api.typed.schemas.run_search import (
    RunSearchBody,
    RunSummary,
    to_run_search,
    to_run_summary,
)
from app.api.typed.schemas.runs import RunAnswer, RunRead, RunResume, to_run_read
from app.errors import RunNotOver
from app.execution.run_handle import RunHandle
from app.runs.request import IdempotencyKey

router = APIRouter(
    route_class=JsonRoute,
    prefix="/runs",
    tags=["runs"],
    responses=describe_problems(
        s401=NEEDS_KEY,
        s403=NOT_FROM_PAGES,
        s404="No stored run has this id, or its graph is no longer served.",
        s500="What is stored of the run cannot be read; it can be deleted.",
        s503="The database is unavailable; `Retry-After` says when to come back.",
    ),
)

WaitParam = Annotated[bool, Query(description="Wait for the new run's end, as invoke does.")]

_STARTS = describe_problems(
    s400="The body is not valid UTF-8, or the request is for another host.",
    s409="The run is not in a state for that; the detail says why.",
    s422="The body does not fit, or the Idempotency-Key was used with another request.",
    s429="Too many runs are running or waiting.",
    s502="With `wait`: the new run failed.",
    s503="The service is stopping, or its database is unavailable.",
    s504="With `wait`: the new run took too long.",
)

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": RunAnswer, "description": "With `wait`: the new run has succeeded."},
    202: {
        "model": RunRead,
        "description": "The new run; with `wait`, it is interrupted: see `interrupts`.",
    },
}


@router.post(
    "/search",
    responses=describe_problems(s400="The body is not valid UTF-8.", s422="The body does not fit."),
)
async def search_runs(
    body: RunSearchBody, service: ServiceDep, owner: OwnerDep
) -> list[RunSummary]:
    """Search runs by their labels, status, graph or thread, newest first."""
    return [
        to_run_summary(run) for run in await service.runs.search(to_run_search(body, owner=owner))
    ]


@router.get("/{run_id}", response_model=RunRead)
async def read_run(handle: RunDep) -> Response:
    """Read a run: its status, its output or its problem."""
    return JSONResponse(to_run_read(handle.run))


@router.get(
    "/{run_id}/report",
    response_model=Report,
    responses=describe_problems(s409="The run is not over."),
)
async def read_report(handle: RunDep) -> Response:
    """Read the branch report of a run that is over, however it ended."""
    run = handle.run
    if not run.is_over:
        raise RunNotOver(f"run {run.id} is not over: stream /runs/…/stream to its end")
    return JSONResponse(run.report)


@router.get(
    "/{run_id}/stream",
    response_class=Response,
    status_code=200,
    responses=STREAM_RESPONSE | describe_problems(s410="The run's events have been deleted."),
)
async def stream_run(
    handle: RunDep,
    registry: RegistryDep,
    branches: BranchesParam = None,
    last_event_id: Annotated[int, Header(ge=0, lt=2**31)] = 0,
) -> Response:
    """Stream a run from the event after `Last-Event-ID`; disconnecting does not end the run."""
    names = None if branches is None else read_filter(registry[handle.run.graph_id], branches)
    return EventStream(await handle.stream(last_event_id), names)


@router.post(
    "/{run_id}/cancel",
    response_model=RunRead,
    responses={
        202: {
            "model": RunRead,
            "description": "Cancellation was requested; the run has not ended yet.",
        }
    },
)
async def cancel_run(handle: RunDep) -> Response:
    """Cancel a run with every branch of it, and answer when it has ended."""
    run = await handle.cancel()
    return JSONResponse(to_run_read(run), 200 if run.is_over else 202)


@router.delete(
    "/{run_id}",
    status_code=204,
    responses=describe_problems(s409="The run is not over: cancel it first."),
)
async def delete_run(run_id: Annotated[Name, Path()], service: ServiceDep, owner: OwnerDep) -> None:
    """Delete a run that is over, with its events; also one that cannot be read."""
    await service.runs.delete(run_id, owner=owner)


@router.post("/{run_id}/retry", response_model=None, responses=_ANSWERS | _STARTS)
async def retry_run(
    handle: RunDep,
    request: Request,
    service: ServiceDep,
    key: KeyDep,
    *,
    wait: WaitParam = False,
) -> Response:
    """Start a new run that repeats only what failed, and then the join."""
    new = await service.runs.retry(handle.run, key=_of_run(key), is_background=not wait)
    return await _answer(new, request, wait=wait)


@router.post("/{run_id}/resume", response_model=None, responses=_ANSWERS | _STARTS)
async def resume_run(
    handle: RunDep,
    body: RunResume,
    request: Request,
    service: ServiceDep,
    key: KeyDep,
    *,
    wait: WaitParam = False,
) -> Response:
    """Answer a run's question: a new run continues from there, on the same thread."""
    new = await service.runs.resume(
        handle.run, body.resume, key=_of_run(key), is_background=not wait
    )
    return await _answer(new, request, wait=wait)


def _of_run(key: IdempotencyKey | None) -> IdempotencyKey | None:
    return None if key is None else key.of_run()


async def _answer(new: RunHandle, request: Request, *, wait: bool) -> Response:
    headers = replay_headers(new)
    if not wait:
        return JSONResponse(to_run_read(new.run), 202, headers)
    return answer_run(await wait_connected(request, new), headers)
