"""A run by its id: where it stands, its report, its events; cancel, resume, retry. And a search."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.auth import OwnerDep
from app.api.dependencies import RegistryDep, RunDep, ServiceDep
from app.api.disconnects import wait_connected
from app.api.idempotency import ClaimDep, replay_headers, show
from app.api.problems import NEEDS_KEY, describe_problems
from app.api.sse import BranchesParam, read_filter, send_events
from app.api.typed.graph_runs import answer_run
from app.api.typed.schemas.reports import Report
from app.api.typed.schemas.run_search import RunSearchBody, RunSummary, to_run_listed, to_run_search
from app.api.typed.schemas.runs import RunAnswer, RunRead, RunResume, to_run_read
from app.errors import RunNotOver, ThreadNotFound
from app.execution.active_runs import ActiveRun
from app.execution.handles import IdempotencyKey, RunHandle
from app.graphs.registry import GraphEntry
from app.runs.events import Event
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.request import RunRequest, settled_of
from app.runs.retry import resume_of, retry_of
from app.service import Service
from app.threads.repository import ThreadRepository

router = APIRouter(
    prefix="/runs",
    tags=["runs"],
    responses=describe_problems(
        s401=NEEDS_KEY,
        s404="No run that is still kept has this id, or its graph is no longer served.",
        s503="What is kept cannot be read now; `Retry-After` says when to come back.",
    ),
)


WaitParam = Annotated[bool, Query(description="Wait for the new run's end, as invoke does.")]


_STARTS = describe_problems(
    s400="The body is not even text.",
    s409="The run is not in a state for that; the detail says why.",
    s422="The body does not fit, or the key came with another one.",
    s429="Too many runs are at work or waiting.",
    s502="With `wait`: the new run failed.",
    s503="The service is stopping, or what is to be kept cannot be.",
    s504="With `wait`: the new run took too long.",
)


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": RunAnswer, "description": "With `wait`: the new run has succeeded."},
    202: {"model": RunRead, "description": "The new run; with `wait`, it asks a question."},
}


@router.post(
    "/search",
    responses=describe_problems(s400="The body is not even text.", s422="The body does not fit."),
)
async def search_runs(
    wanted: RunSearchBody, service: ServiceDep, owner: OwnerDep
) -> list[RunSummary]:
    """Find runs by their labels, status, graph or thread, newest first."""
    found = await RunRepository(service.database).search(to_run_search(wanted, owner=owner))
    return [to_run_listed(record) for record in found]


@router.get("/{run_id}", response_model=RunRead)
async def read_run(found: RunDep) -> Response:
    """Say where a run stands."""
    return JSONResponse(to_run_read(found.record))


@router.get(
    "/{run_id}/report",
    response_model=Report,
    responses=describe_problems(s409="The run is still at work."),
)
async def read_report(found: RunDep) -> Response:
    """Read the branch report of a run that is over, however it ended."""
    run = found.run
    if not run.is_over:
        raise RunNotOver(f"run {run.id} is still at work: follow /runs/…/stream to its end")
    return JSONResponse(run.report)


async def _filter(
    found: RunDep, registry: RegistryDep, branches: BranchesParam = None
) -> frozenset[str] | None:
    return read_filter(registry[found.run.graph_id], branches) if branches is not None else None


async def _follow(
    found: RunDep, last_event_id: Annotated[int, Header(ge=0, lt=2**31)] = 0
) -> AsyncIterator[Event]:
    return await found.follow(last_event_id)


@router.get(
    "/{run_id}/stream",
    response_class=EventSourceResponse,
    responses=describe_problems(s410="The run's events are kept no longer."),
)
async def stream_run(
    wanted: Annotated[frozenset[str] | None, Depends(_filter)],
    events: Annotated[AsyncIterator[Event], Depends(_follow)],
) -> AsyncIterator[ServerSentEvent]:
    """Follow a run from the event after `Last-Event-ID`; leaving does not end the run."""
    async for event in send_events(events, wanted):
        yield event


@router.post(
    "/{run_id}/cancel",
    response_model=RunRead,
    responses={202: {"model": RunRead, "description": "The run is asked to end, and will."}},
)
async def cancel_run(found: RunDep) -> Response:
    """Cancel a run with every branch of it, and answer when it has ended."""
    run = await found.cancel()
    return JSONResponse(to_run_read(found.record), 200 if run.is_over else 202)


async def _start_retry(
    found: RunDep,
    service: ServiceDep,
    claim: ClaimDep,
    *,
    wait: WaitParam = False,
) -> RunHandle:
    record = found.record

    def ask(entry: GraphEntry, *, is_last: bool) -> RunRequest:
        settled = settled_of(record, service.checkpoints.serde)
        asked = retry_of(entry, record, settled=settled, is_last=is_last)
        return replace(asked, is_background=not wait)

    return await _start_further(record, ask, service, claim)


async def _start_resume(
    found: RunDep,
    body: RunResume,
    service: ServiceDep,
    claim: ClaimDep,
    *,
    wait: WaitParam = False,
) -> RunHandle:
    record = found.record

    def ask(entry: GraphEntry, *, is_last: bool) -> RunRequest:
        asked = resume_of(entry, record, body.resume, is_last=is_last)
        return replace(asked, is_background=not wait)

    return await _start_further(record, ask, service, claim)


class _Ask(Protocol):
    def __call__(self, entry: GraphEntry, *, is_last: bool) -> RunRequest: ...


async def _start_further(
    record: RunRecord, ask: _Ask, service: Service, claim: IdempotencyKey | None
) -> RunHandle:
    """Start what is asked of the run before it, which is not looked at when the key has a run."""
    own = claim.of_run() if claim is not None else None

    async def start() -> ActiveRun:
        entry = service.registry[record.run.graph_id]
        asked = ask(entry, is_last=await _is_last_of_its_thread(service, record))
        return await service.runner.start(entry, show(own, asked))

    return await service.finder.start_once(record.owner, own, start)


@router.post("/{run_id}/retry", response_model=None, responses=_ANSWERS | _STARTS)
async def retry_run(
    new: Annotated[RunHandle, Depends(_start_retry)], request: Request, *, wait: WaitParam = False
) -> Response:
    """Start a new run that runs again only what failed, and then the join."""
    return await _answer(new, request, wait=wait)


@router.post("/{run_id}/resume", response_model=None, responses=_ANSWERS | _STARTS)
async def resume_run(
    new: Annotated[RunHandle, Depends(_start_resume)], request: Request, *, wait: WaitParam = False
) -> Response:
    """Answer a run's question: a new run goes on from there, on the same thread."""
    return await _answer(new, request, wait=wait)


async def _answer(new: RunHandle, request: Request, *, wait: bool) -> Response:
    headers = replay_headers(new)
    if not wait:
        return JSONResponse(to_run_read(new.record), 202, headers)
    return answer_run(await wait_connected(request, new), headers)


async def _is_last_of_its_thread(service: Service, record: RunRecord) -> bool:
    if record.run.thread_id is None:
        return True
    try:
        thread = await ThreadRepository(service.database).get(record.owner, record.run.thread_id)
    except ThreadNotFound:
        return False
    return thread.last_run_id == record.run.id
