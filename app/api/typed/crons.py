"""Crons: runs by the clock. Create one per graph; list, read, change and delete them by id."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from app.api.auth import OwnerDep, needs_key, owner_of
from app.api.dependencies import RegistryDep, ServiceDep
from app.api.fields import Name, ThreadId
from app.api.json_route import JsonRoute
from app.api.problems import NEEDS_KEY, NOT_FROM_PAGES, describe_problems
from app.api.typed.run_route import RunEndpoint, RunRoute
from app.api.typed.schemas.crons import (
    CronPatch,
    CronRead,
    CronSummary,
    patched,
    to_cron,
    to_cron_read,
    to_cron_summary,
    to_request_changes,
)
from app.api.typed.schemas.graph_runs import GraphModels, to_graph_input, to_run_request
from app.crons.cron import Cron
from app.crons.repository import CronSearch
from app.graphs.registry import GraphEntry
from app.runs.request import IdempotencyKey
from app.runs.run import new_run_id
from app.service import Service

_BAD_BODY = "The body is not valid UTF-8, or the request is for another host."

_UNAVAILABLE = "The database is unavailable; `Retry-After` says when to come back."

router = APIRouter(
    route_class=JsonRoute,
    prefix="/crons",
    tags=["crons"],
    responses=describe_problems(
        s401=NEEDS_KEY, s403=NOT_FROM_PAGES, s503=_UNAVAILABLE, s422="A value does not fit."
    ),
)

_OF_ONE = describe_problems(
    s404="You have no cron of this id.",
    s500="What is stored of the cron cannot be read; it can be deleted.",
)

CronId = Annotated[Name, Path()]


@router.get("")
async def list_crons(
    service: ServiceDep,
    owner: OwnerDep,
    graph_id: Name | None = None,
    thread_id: ThreadId | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    before: Annotated[
        Name | None, Query(description="The last `cron_id` of the page before this one.")
    ] = None,
) -> list[CronSummary]:
    """List your crons, newest first."""
    search = CronSearch(owner, graph_id, thread_id, limit, before)
    crons = service.crons
    return [to_cron_summary(cron, crons.problem_of(cron)) for cron in await crons.search(search)]


@router.get("/{cron_id}", responses=_OF_ONE)
async def read_cron(cron_id: CronId, service: ServiceDep, owner: OwnerDep) -> CronRead:
    """Read a cron: its schedule, its next five ticks, its latest run, and what is wrong with it."""
    return _read(service, await service.crons.get(owner, cron_id))


@router.patch("/{cron_id}", responses=_OF_ONE | describe_problems(s400=_BAD_BODY))
async def change_cron(
    cron_id: CronId, body: CronPatch, service: ServiceDep, registry: RegistryDep, owner: OwnerDep
) -> CronRead:
    """Change a cron: its schedule, what its runs request, or pause and resume it."""
    request: dict[str, Any] = {}
    if body.changes_request:
        cron = await service.crons.get(owner, cron_id)
        request = to_request_changes(cron, body, registry[cron.graph_id])
    changed = await service.crons.patch(owner, cron_id, lambda cron: patched(cron, body, request))
    return _read(service, changed)


@router.delete("/{cron_id}", status_code=204, responses=_OF_ONE)
async def delete_cron(cron_id: CronId, service: ServiceDep, owner: OwnerDep) -> None:
    """Delete a cron; its runs stay. Also one that cannot be read."""
    await service.crons.delete(owner, cron_id)


class GraphCrons:
    """What the route of one graph does."""

    def __init__(self, service: Service, entry: GraphEntry) -> None:
        self._service = service
        self._entry = entry

    async def create_cron(
        self, request: Request, body: Any, key: IdempotencyKey | None
    ) -> Response:
        run_request = to_run_request(
            self._entry,
            body,
            to_graph_input(self._entry, body),
            owner=owner_of(request),
            wants_tokens=body.stream_tokens,
            is_background=True,
            key=key,
        )
        wanted = to_cron(new_run_id(), self._entry, body, run_request)
        cron = await self._service.crons.create(wanted)
        headers = {"Idempotent-Replayed": "true"} if cron.id != wanted.id else {}
        answer = _read(self._service, cron).model_dump_json()
        return Response(answer, 201, headers, media_type="application/json")


def add_cron_route(
    router: APIRouter, service: Service, entry: GraphEntry, models: GraphModels
) -> None:
    """Add the route that creates a cron of one graph."""
    router.add_api_route(
        f"/graphs/{entry.id}/crons",
        RunEndpoint(GraphCrons(service, entry).create_cron, models.cron),
        methods=["POST"],
        tags=[entry.id],
        dependencies=needs_key,
        route_class_override=RunRoute,
        response_model=CronRead,
        status_code=201,
        summary=f"Run {entry.id} by the clock",
        description="Starts a run in the background at each tick of the schedule.",
        responses=describe_problems(
            s400=_BAD_BODY,
            s401=NEEDS_KEY,
            s403=NOT_FROM_PAGES,
            s413="The body is larger than FANJOIN_MAX_BODY_BYTES.",
            s422=(
                "The body does not fit the graph's schema, the schedule never fires, the owner has "
                "FANJOIN_MAX_CRONS_PER_OWNER crons, or the Idempotency-Key was used with another "
                "request."
            ),
            s500="The cron with this Idempotency-Key cannot be read.",
            s503=_UNAVAILABLE,
        ),
    )


def _read(service: Service, cron: Cron) -> CronRead:
    crons = service.crons
    return to_cron_read(cron, crons.problem_of(cron), crons.next_ticks(cron))
