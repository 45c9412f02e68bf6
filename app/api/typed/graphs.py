"""Which graphs there are, and how they look."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app.api.accepted import best_of
from app.api.auth import OwnerDep
from app.api.dependencies import EntryDep, RegistryDep, ServiceDep, get_entry
from app.api.fields import MomentText
from app.api.problems import NEEDS_KEY, describe_problems
from app.api.typed.schemas.diagrams import DiagramRead
from app.api.typed.schemas.graphs import GraphRead, to_graph_read
from app.api.typed.schemas.statistics import GraphStatistics, to_graph_statistics
from app.graphs.diagram import mermaid_of, plan_of, svg_of
from app.runs.span import Span

router = APIRouter(prefix="/graphs", tags=["graphs"], responses=describe_problems(s401=NEEDS_KEY))

_NOT_FOUND = describe_problems(s404="No graph has this id; `detail` lists the available graphs.")

_TEXT, _SVG, _JSON = "text/plain", "image/svg+xml", "application/json"


@router.get("")
async def list_graphs(registry: RegistryDep) -> list[GraphRead]:
    """List the graphs of langgraph.json."""
    return [to_graph_read(entry) for entry in registry.values()]


@router.get("/{graph_id}", responses=_NOT_FOUND)
async def read_graph(entry: EntryDep) -> GraphRead:
    """Read one graph: its branches and their policies, its schemas, an example."""
    return to_graph_read(entry)


@router.get(
    "/{graph_id}/diagram",
    response_model=DiagramRead,
    responses={
        200: {
            "content": {_TEXT: {"schema": {"type": "string"}}, _SVG: {}},
            "description": "Mermaid text; by `Accept` a picture, or where it draws what.",
        },
        **_NOT_FOUND,
    },
)
async def draw_graph(entry: EntryDep, accept: Annotated[str, Header()] = "*/*") -> Response:
    """Draw a graph: Mermaid text, an `image/svg+xml`, or as `application/json` what to draw."""
    headers = {"Vary": "Accept"}
    match best_of(accept, (_TEXT, _SVG, _JSON)):
        case "image/svg+xml":
            return Response(svg_of(entry.graph), headers=headers, media_type=_SVG)
        case "application/json":
            diagram = DiagramRead.of(plan_of(entry.graph)).model_dump(by_alias=True)
            return JSONResponse(diagram, headers=headers)
        case _:
            return PlainTextResponse(mermaid_of(entry.graph), headers=headers)


MomentParam = Annotated[MomentText | None, Query(description="With its zone, as ISO 8601.")]


@router.get(
    "/{graph_id}/statistics",
    responses=_NOT_FOUND
    | describe_problems(
        s422="A moment has no zone, or is none.", s503="The database is unavailable."
    ),
)
async def read_statistics(
    entry: EntryDep,
    service: ServiceDep,
    owner: OwnerDep,
    since: MomentParam = None,
    until: MomentParam = None,
) -> GraphStatistics:
    """Add up the caller's stored runs that ended from `since` on and before `until`."""
    span = Span(since, until)
    runs, branches = await service.statistics.of(entry.id, owner=owner, span=span)
    return to_graph_statistics(entry.id, span, runs, branches)


@router.post("/{graph_id}/{action}", dependencies=[Depends(get_entry)], include_in_schema=False)
async def refuse_unknown_action() -> None:
    """Answer for a graph that does not exist, and for one that cannot do what is requested."""
    raise HTTPException(
        HTTPStatus.NOT_FOUND, "a graph's actions are invoke, stream, batch, runs and crons"
    )
