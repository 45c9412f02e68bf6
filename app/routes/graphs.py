"""Which graphs there are, and how they look."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import PlainTextResponse, Response

from app.dependencies import EntryDep, RegistryDep
from app.diagram import mermaid_of, svg_of
from app.schemas.graphs import GraphRead, to_graph_read
from app.schemas.problems import describe_problems

router = APIRouter(prefix="/graphs", tags=["graphs"])

_NOT_FOUND = describe_problems(s404="There is no such graph; the known ones are named.")
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
    responses={200: {"content": {_SVG: {}}, "description": "Mermaid text, or SVG by `Accept`."}}
    | _NOT_FOUND,
)
async def draw_graph(entry: EntryDep, accept: Annotated[str, Header()] = "*/*") -> Response:
    """Draw a graph: Mermaid text, or a picture with `Accept: image/svg+xml`."""
    if _SVG in accept:
        return Response(svg_of(entry.graph), media_type=_SVG)
    return PlainTextResponse(mermaid_of(entry.graph))


@router.post("/{graph_id}/{action}", include_in_schema=False)
async def refuse_unknown_graph(entry: EntryDep, action: str) -> Response:
    """Answer for a graph that does not exist, and for one that cannot do what is asked."""
    return PlainTextResponse(f"{entry.id} has no {action}", status_code=404)
