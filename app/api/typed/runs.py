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
from app.api.report_detail import DetailParam
from app.api.sse import BranchesParam, EventStream, read_filter
from app.api.typed.graph_runs import answer_run
from app.api.typed.output_files import FILE_RESPONSE, file_at
from app.api.typed.schemas.events import STREAM_RESPONSE
from app.api.typed.schemas.reports import Report
from app.api.typed.schemas.run_search import (
    RunSearchBody,
    RunSummary,
    to_run_search,
    to_run_summary,
)
from app.api.typed.schemas.runs import RunAnswer, RunRead, RunResume, RunRetry, to_run_read
from app.errors import RunNotOver
from app.execution.run_handle import RunHandle
from app.graphs.registry import GraphRegistry
from app.report.detail import Detail, in_detail
from app.runs.request import IdempotencyKey
from app.runs.run import Run

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
        "description": "The new run; with `wait`, it is paused: see `interrupts` and `next`.",
    },
}


@router.post(
    "/search",
    responses=describe_problems(s400="The body is not valid UTF-8.", s422="The body does not fit."),
)
async def search_runs(
    body: RunSearchBody, service: ServiceDep, owner: OwnerDep
) -> list[RunSummary]:
    """Search runs by labels, status, graph, thread, figures and time, newest first."""
    return [
        to_run_summary(run) for run in await service.runs.search(to_run_search(body, owner=owner))
    ]


@router.get("/{run_id}", response_model=RunRead)
async def read_run(handle: RunDep, detail: DetailParam = "full") -> Response:
    """Read a run: what was requested, its status and times, its output or its problem."""
    return JSONResponse(to_run_read(handle.run, detail))


@router.get(
    "/{run_id}/report",
    response_model=Report | None,
    responses=describe_problems(s409="The run is not over."),
)
async def read_report(handle: RunDep, detail: DetailParam = "full") -> Response:
    """Read the branch report of a run that is over, however it ended."""
    run = handle.run
    if not run.is_over:
        raise RunNotOver(f"run {run.id} is not over: stream /runs/…/stream to its end")
    return JSONResponse(in_detail(run.report, detail))


@router.get(
    "/{run_id}/stream",
    response_class=EventStream,
    status_code=200,
    responses=STREAM_RESPONSE | describe_problems(s410="The run's events have been deleted."),
)
async def stream_run(
    handle: RunDep,
    registry: RegistryDep,
    branches: BranchesParam = None,
    detail: DetailParam = "full",
    last_event_id: Annotated[int, Header(ge=0, lt=2**31)] = 0,
) -> Response:
    """Stream a run from the event after `Last-Event-ID`; disconnecting does not end the run."""
    names = None if branches is None else read_filter(registry[handle.run.graph_id], branches)
    return EventStream(await handle.stream(last_event_id), names, detail)


_FILES = FILE_RESPONSE | describe_problems(s409="The run is not over.")


@router.get("/{run_id}/files", response_class=Response, responses=_FILES)
async def read_output_as_file(handle: RunDep, registry: RegistryDep) -> Response:
    """Read a run's output that is one string as a document, in which nothing runs."""
    return _file_of(handle.run, registry, "")


@router.get("/{run_id}/files/{pointer:path}", response_class=Response, responses=_FILES)
async def read_file(
    handle: RunDep,
    registry: RegistryDep,
    pointer: Annotated[
        str, Path(description="A JSON pointer (RFC 6901) without its first slash: `image/svg`.")
    ],
) -> Response:
    """Read one string of a run's output as a document, in which nothing runs."""
    return _file_of(handle.run, registry, f"/{pointer}")


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
async def cancel_run(handle: RunDep, detail: DetailParam = "full") -> Response:
    """Cancel a run with every branch of it, and answer when it has ended."""
    run = await handle.cancel()
    return JSONResponse(to_run_read(run, detail), 200 if run.is_over else 202)


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
    body: RunRetry | None = None,
    *,
    wait: WaitParam = False,
    detail: DetailParam = "full",
) -> Response:
    """Start a new run that repeats what failed, or the named `branches`, and then the join."""
    new = await service.runs.retry(
        handle.run,
        branches=() if body is None else body.branches,
        key=_of_run(key),
        is_background=not wait,
    )
    return await _answer(new, request, detail, wait=wait)


@router.post("/{run_id}/resume", response_model=None, responses=_ANSWERS | _STARTS)
async def resume_run(
    handle: RunDep,
    body: RunResume,
    request: Request,
    service: ServiceDep,
    key: KeyDep,
    *,
    wait: WaitParam = False,
    detail: DetailParam = "full",
) -> Response:
    """Answer a run's question, or let it go on: a new run continues on the same thread."""
    new = await service.runs.resume(
        handle.run, body.resume, key=_of_run(key), is_background=not wait
    )
    return await _answer(new, request, detail, wait=wait)


def _file_of(run: Run, registry: GraphRegistry, pointer: str) -> Response:
    if not run.is_over:
        raise RunNotOver(f"run {run.id} is not over: stream /runs/…/stream to its end")
    return file_at(run.output, pointer, registry[run.graph_id].output.json_schema()).response()


def _of_run(key: IdempotencyKey | None) -> IdempotencyKey | None:
    return None if key is None else key.of_run()


async def _answer(new: RunHandle, request: Request, detail: Detail, *, wait: bool) -> Response:
    headers = replay_headers(new)
    if not wait:
        return JSONResponse(to_run_read(new.run, detail), 202, headers)
    return answer_run(await wait_connected(request, new), headers, detail)
