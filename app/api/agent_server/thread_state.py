"""The state of a thread: as it is, as it was at a checkpoint, and how to change it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response

from app.api.agent_server.schemas.thread_state import (
    HistoryBody,
    StateAtCheckpoint,
    StateQuery,
    StateUpdate,
    StateUpdated,
    ThreadState,
    to_checkpoint,
    to_checkpoint_ref,
    to_listed_state,
    to_thread_state,
)
from app.api.agent_server.threads import STORAGE_AWAY, ThreadDep, ThreadsDep
from app.api.fields import Name
from app.api.json_route import JsonRoute
from app.api.problems import NEEDS_KEY, NOT_FROM_PAGES, describe_problems
from app.execution.boundary import Watch, contain
from app.threads.states import CheckpointRef

router = APIRouter(
    route_class=JsonRoute,
    prefix="/threads/{thread_id}",
    tags=["threads"],
    responses=describe_problems(
        s400="The body is not valid UTF-8, or the request is for another host.",
        s401=NEEDS_KEY,
        s403=NOT_FROM_PAGES,
        s404="There is no such thread or checkpoint, or its graph is no longer served.",
        s422="The request does not fit; each place is named.",
        s500="What is stored of the thread cannot be read.",
        s503=STORAGE_AWAY,
    ),
)

StateParams = Annotated[StateQuery, Query()]


@router.get("/state", response_model=ThreadState)
async def read_state(thread: ThreadDep, threads: ThreadsDep, query: StateParams) -> Response:
    """Read the state of a thread as it is."""
    state = await threads.states.read(thread, subgraphs=query.subgraphs)
    return JSONResponse(to_thread_state(state, threads.redact))


@router.get("/state/{checkpoint_id}", response_model=ThreadState)
async def read_state_at(
    thread: ThreadDep,
    checkpoint_id: Annotated[Name, Path()],
    threads: ThreadsDep,
    query: StateParams,
) -> Response:
    """Read the state of a thread as it was at a checkpoint."""
    at = CheckpointRef(checkpoint_id)
    state = await threads.states.read(thread, at, subgraphs=query.subgraphs)
    return JSONResponse(to_thread_state(state, threads.redact))


@router.post("/state/checkpoint", response_model=ThreadState)
async def read_state_of(
    thread: ThreadDep, body: StateAtCheckpoint, threads: ThreadsDep
) -> Response:
    """Read the state of a thread, or of one of its sub-graphs, at a checkpoint."""
    at = to_checkpoint_ref(thread.thread_id, body.checkpoint)
    state = await threads.states.read(thread, at, subgraphs=body.subgraphs)
    return JSONResponse(to_thread_state(state, threads.redact))


@router.post(
    "/state",
    response_model=StateUpdated,
    responses=describe_problems(s409="The thread is busy with a run."),
)
async def update_state(thread: ThreadDep, body: StateUpdate, threads: ThreadsDep) -> Response:
    """Change the state of a thread as if a node had written it; later runs continue from it."""
    at = to_checkpoint_ref(thread.thread_id, body.checkpoint, body.checkpoint_id)
    update = threads.states.update(thread, body.values, as_node=body.as_node, at=at)
    made = await contain(update, Watch())  # its writers and routers are the graph's code
    return JSONResponse({"checkpoint": to_checkpoint(made)})


@router.post("/history", response_model=list[ThreadState])
async def read_history(thread: ThreadDep, body: HistoryBody, threads: ThreadsDep) -> Response:
    """List the states of a thread, the newest first."""
    before = body.before
    states = await threads.states.history(
        thread,
        to_checkpoint_ref(thread.thread_id, body.checkpoint),
        limit=body.limit,
        before=before if before is None or isinstance(before, str) else before.checkpoint_id,
        metadata=body.metadata,
    )
    shown = [to_listed_state(state, threads.redact) for state in states]
    return JSONResponse(shown)
