"""What a graph's picture shows: its nodes as figures of a size, and where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from langchain_core.runnables.graph import Edge as DrawnEdge
from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.diagram.columns import Edge
from app.graphs.diagram.drawing import drawing_of
from app.graphs.diagram.layout import Layout, Size, lay_out
from app.graphs.diagram.lettering import LINE_HEIGHT, lines_of, plain, width_of
from app.graphs.diagram.notes import note_of
from app.graphs.shape import Graph, Kind, Shape, shape_of

_GROUP_MARGIN = 24.0

GROUP_HEAD = 30.0
"""The room above a sub-graph's nodes, for its name."""

_PADDING = Size(28, 20)

_DOT = Size(14, 14)

_ENDS = {START: "START", END: "END"}

FigureKind = Kind | Literal["end"]


@dataclass(frozen=True)
class Figure:
    """A node as it is drawn."""

    name: str
    kind: FigureKind
    size: Size
    classes: Sequence[str]
    lines: Sequence[str] = ()
    note: str = ""
    inner: "Picture | None" = None
    """The nodes of a sub-graph, drawn within."""


@dataclass(frozen=True)
class Picture:
    """A graph's figures and where they stand."""

    figures: Mapping[str, Figure]
    layout: Layout


def picture_of(graph: Graph, *, is_inner: bool = False) -> Picture:
    """Return the picture of a graph, with those of its sub-graphs within it."""
    drawn = drawing_of(graph)
    shape = shape_of(graph)
    inner = {
        name: picture_of(subgraph, is_inner=True)
        for name, subgraph in graph.get_subgraphs()
        if isinstance(subgraph, CompiledStateGraph)
    }
    figures = {
        name: _end(name, is_inner)
        if name in _ENDS
        else _node(name, shape, note_of(graph, name), inner.get(name))
        for name in drawn.nodes
    }
    # get_graph lists nodes as they were declared, but edges by the alphabet.
    order = {name: number for number, name in enumerate(drawn.nodes)}
    edges = sorted(drawn.edges, key=lambda edge: (order[edge.source], order[edge.target]))
    sizes = {name: figure.size for name, figure in figures.items()}
    return Picture(figures, lay_out(sizes, [_edge(edge) for edge in edges]))


def _edge(edge: DrawnEdge) -> Edge:
    label = plain(str(edge.data)) if edge.data is not None else ""
    return Edge(edge.source, edge.target, label, edge.conditional)


def _end(node: str, is_inner: bool) -> Figure:
    name = _ENDS[node]
    if is_inner:
        return Figure(name, "end", _DOT, ["end"])
    return Figure(name, "end", _size_of([name], ""), ["end"], [name])


def _node(node: str, shape: Shape, note: str, inner: Picture | None) -> Figure:
    name = plain(node)
    is_optional = any(b.name == node and b.required is False for b in shape.branches)
    kind = shape.kind((node,))
    classes = [kind, *(["optional"] if is_optional else [])]
    if inner is not None:
        return _group(name, kind, classes, note, inner)
    lines = lines_of(name)
    return Figure(name, kind, _size_of(lines, note), classes, lines, note)


def _group(
    name: str, kind: FigureKind, classes: Sequence[str], note: str, inner: Picture
) -> Figure:
    title = f"{name} ({note})" if note else name
    width = max(inner.layout.size.width, width_of(title)) + 2 * _GROUP_MARGIN
    height = inner.layout.size.height + GROUP_HEAD + _GROUP_MARGIN
    size = Size(width, height)
    return Figure(name, kind, size, [*classes, "group"], [title], inner=inner)


def _size_of(lines: Sequence[str], note: str) -> Size:
    longest = max(map(width_of, [*lines, note]))
    height = LINE_HEIGHT * (len(lines) + bool(note))
    return Size(longest + _PADDING.width, height + _PADDING.height)
