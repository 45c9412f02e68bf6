"""A run by its id: where it stands, its report, its events; cancel, resume, retry."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.dependencies import RunDep, RunnerDep
from app.errors import RunNotOver
from app.further_runs import resume_of, retry_of
from app.routes.disconnects import while_connected
from app.routes.graph_runs import answer_run
from app.routes.streams import BranchesParam, read_filter, send_events
from app.schemas.problems import NEEDS_KEY, describe_problems
from app.schemas.reports import Report
from app.schemas.runs import RunAnswer, RunRead, RunResume, to_run_read
from app.started_runs import StartedRun

router = APIRouter(
    prefix="/runs",
    tags=["runs"],
    responses=describe_problems(s401=NEEDS_KEY, s404="No run that is still kept has this id."),
)

WaitParam = Annotated[bool, Query(description="Wait for the new run's end, as invoke does.")]
_STARTS = describe_problems(
    s400="The body is not even text.",
    s409="The run is not in a state for that; the detail says why.",
    s422="The body does not fit.",
    s429="Too many runs are at work or waiting.",
    s502="With `wait`: the new run failed.",
    s503="The service is stopping.",
    s504="With `wait`: the new run took too long.",
)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": RunAnswer, "description": "With `wait`: the new run has succeeded."},
    202: {"model": RunRead, "description": "The new run; with `wait`, it asks a question."},
}


@router.get("/{run_id}", response_model=RunRead)
async def read_run(started: RunDep) -> Response:
    """Say where a run stands."""
    return JSONResponse(to_run_read(started.run))


@router.get(
    "/{run_id}/report",
    response_model=Report,
    responses=describe_problems(s409="The run is still at work."),
)
async def read_report(started: RunDep) -> Response:
    """Read the branch report of a run that is over, however it ended."""
    if not started.is_over:
        raise RunNotOver(f"run {started.run.id} is still at work: follow /runs/…/stream to its end")
    return JSONResponse(started.run.report)


async def _filter(started: RunDep, branches: BranchesParam = None) -> frozenset[str] | None:
    return read_filter(started.entry, branches)


@router.get("/{run_id}/stream", response_class=EventSourceResponse)
async def stream_run(
    started: RunDep,
    wanted: Annotated[frozenset[str] | None, Depends(_filter)],
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a run from the event after `Last-Event-ID`; leaving does not end the run."""
    async for event in send_events(started, wanted, after=last_event_id):
        yield event


@router.post("/{run_id}/cancel", response_model=RunRead)
async def cancel_run(started: RunDep) -> Response:
    """Cancel a run with every branch of it, and answer when it has ended."""
    return JSONResponse(to_run_read(await started.cancel()))


@router.post("/{run_id}/retry", response_model=None, responses=_ANSWERS | _STARTS)
async def retry_run(
    started: RunDep, runner: RunnerDep, request: Request, *, wait: WaitParam = False
) -> Response:
    """Start a new run that runs again only what failed, and then the join."""
    return await _answer(runner.start(started.entry, retry_of(started)), request, wait=wait)


@router.post("/{run_id}/resume", response_model=None, responses=_ANSWERS | _STARTS)
async def resume_run(
    started: RunDep,
    body: RunResume,
    runner: RunnerDep,
    request: Request,
    *,
    wait: WaitParam = False,
) -> Response:
    """Answer a run's question: a new run goes on from there, on the same thread."""
    asked = resume_of(started, body.resume)
    return await _answer(runner.start(started.entry, asked), request, wait=wait)


async def _answer(new: StartedRun, request: Request, *, wait: bool) -> Response:
    if not wait:
        return JSONResponse(to_run_read(new.run), status_code=202)
    await while_connected(request, new)
    return answer_run(new)
