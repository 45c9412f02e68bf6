"""Threads: make, read, change, find and delete them."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import JSONResponse, Response

from app.api.agent_server.schemas.threads import (
    ThreadCreate,
    ThreadPatch,
    ThreadQuery,
    ThreadRead,
    ThreadSearchBody,
    ThreadSummary,
    to_change,
    to_search,
    to_thread_read,
    to_ttl,
)
from app.api.auth import OwnerDep
from app.api.dependencies import ServiceDep
from app.api.fields import ThreadId
from app.api.json_route import JsonRoute
from app.api.problems import NEEDS_KEY, NOT_FROM_PAGES, describe_problems
from app.errors import AmbiguousKeys, StorageUnavailable, UnreadableState
from app.storage.errors import is_damage
from app.threads.thread import ThreadRecord
from app.threads.threads import Threads


async def get_threads(service: ServiceDep) -> Threads:
    return service.threads


ThreadsDep = Annotated[Threads, Depends(get_threads)]

ThreadIdPath = Annotated[ThreadId, Path(description="The id of the thread.")]


async def get_thread(thread_id: ThreadIdPath, threads: ThreadsDep, owner: OwnerDep) -> ThreadRecord:
    return await threads.get(owner, thread_id)


ThreadDep = Annotated[ThreadRecord, Depends(get_thread)]

STORAGE_AWAY = "The database is unavailable; `Retry-After` says when to come back."

router = APIRouter(
    route_class=JsonRoute,
    prefix="/threads",
    tags=["threads"],
    responses=describe_problems(
        s400="The body is not valid UTF-8, or the request is for another host.",
        s401=NEEDS_KEY,
        s403=NOT_FROM_PAGES,
        s404="There is no such thread, or no such graph.",
        s422="The request does not fit; each place is named.",
        s500="What is stored of the thread cannot be read; it can be deleted.",
        s503=STORAGE_AWAY,
    ),
)


@router.post(
    "", response_model=ThreadRead, responses=describe_problems(s409="A thread with this id exists.")
)
async def create_thread(body: ThreadCreate, threads: ThreadsDep, owner: OwnerDep) -> Response:
    """Create a thread; a run with a new `thread_id` also creates one."""
    thread_id = body.thread_id or str(uuid4())
    change = to_change(owner, thread_id, body.metadata, body.ttl)
    record = await threads.create(change, accepts_existing=body.if_exists != "raise")
    return JSONResponse(await _listed(record, threads))


@router.post("/search", response_model=list[ThreadSummary])
async def search_threads(body: ThreadSearchBody, threads: ThreadsDep, owner: OwnerDep) -> Response:
    """List threads, the last used ones first."""
    records = await threads.search(to_search(owner, body))
    shown = [await _listed(record, threads, wants_state=body.wants_state) for record in records]
    names = {*body.select, "unreadable"}
    return JSONResponse(
        [{name: item for name, item in thread.items() if name in names} for thread in shown]
    )


@router.get("/{thread_id}", response_model=ThreadRead)
async def read_thread(
    record: ThreadDep, threads: ThreadsDep, query: Annotated[ThreadQuery, Query()]
) -> Response:
    """Read a thread, with its state and its open questions."""
    ttl = {"ttl": to_ttl(record)} if query.include == "ttl" else {}
    state = await threads.states.read_if_any(record)
    return JSONResponse({**to_thread_read(record, state), **ttl})


@router.patch(
    "/{thread_id}",
    response_model=ThreadRead,
    responses={204: {"description": "With `Prefer: return=minimal`."}},
)
async def patch_thread(
    thread_id: ThreadIdPath,
    body: ThreadPatch,
    threads: ThreadsDep,
    owner: OwnerDep,
    prefer: Annotated[str | None, Header()] = None,
) -> Response:
    """Add to a thread's metadata, key by key, or set its time to live."""
    change = to_change(owner, thread_id, body.metadata, body.ttl)
    record = await threads.patch(change)
    if prefer is not None and "return=minimal" in prefer.replace(" ", ""):
        return Response(status_code=204)
    return JSONResponse(await _listed(record, threads))


@router.delete(
    "/{thread_id}",
    status_code=204,
    responses=describe_problems(s409="The thread is busy with a run."),
)
async def delete_thread(thread_id: ThreadIdPath, threads: ThreadsDep, owner: OwnerDep) -> None:
    """Delete a thread with its states and its runs."""
    await threads.delete(owner, thread_id)


async def _listed(
    record: ThreadRecord, threads: Threads, *, wants_state: bool = True
) -> dict[str, Any]:
    """Return a thread as JSON; what cannot be read or shown of it costs only itself."""
    reason = record.unreadable
    if reason is None:
        try:
            state = await threads.states.read_if_any(record) if wants_state else None
            return to_thread_read(record, state)
        except (UnreadableState, AmbiguousKeys, StorageUnavailable) as error:
            if isinstance(error, StorageUnavailable) and not is_damage(error):
                raise
            reason = threads.redact(str(error))
    threads.report_unreadable(record, reason)
    return {**to_thread_read(record, None), "unreadable": reason}
