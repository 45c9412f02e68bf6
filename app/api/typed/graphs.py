"""Which graphs there are, and how they look."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException
from fastapi.responses import PlainTextResponse, Response

from app.api.dependencies import EntryDep, RegistryDep, get_entry
from app.api.problems import NEEDS_KEY, describe_problems
from app.api.typed.schemas.graphs import GraphRead, to_graph_read
from app.graphs.diagram import mermaid_of, svg_of

router = APIRouter(prefix="/graphs", tags=["graphs"], responses=describe_problems(s401=NEEDS_KEY))

_NOT_FOUND = describe_problems(s404="No graph has this id; `detail` lists the available graphs.")

_SVG = "image/svg+xml"


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
    response_class=PlainTextResponse,
    responses={
        200: {"content": {_SVG: {}}, "description": "Mermaid text, or SVG by `Accept`."},
        **_NOT_FOUND,
    },
)
async def draw_graph(entry: EntryDep, accept: Annotated[str, Header()] = "*/*") -> Response:
    """Draw a graph: Mermaid text, or a picture with `Accept: image/svg+xml`."""
    if _SVG in accept:
        return Response(svg_of(entry.graph), media_type=_SVG)
    return PlainTextResponse(mermaid_of(entry.graph))


@router.post("/{graph_id}/{action}", dependencies=[Depends(get_entry)], include_in_schema=False)
async def refuse_unknown_action() -> None:
    """Answer for a graph that does not exist, and for one that cannot do what is requested."""
    raise HTTPException(
        HTTPStatus.NOT_FOUND, "a graph's actions are invoke, stream, batch and runs"
    )
