"""A graph as Mermaid text: a plain flowchart, in the colours of the page it stands on.

LangGraph's own text brings light colours, which cannot be read on a dark page, orders edges by the
alphabet, and fails where two sub-graphs have one name.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.diagram.drawing import drawing_of
from app.graphs.diagram.notes import note_of
from app.graphs.shape import Graph, Path, builder_of

_ENDS = {START: "START", END: "END"}

_SAFE_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)

_RESERVED = frozenset(
    {
        *("end", "graph", "subgraph", "flowchart", "class", "classDef", "style", "linkStyle"),
        *("click", "default", "call", "href", "interpolate"),
    }
)
"""What Mermaid's grammar takes for something else than a node."""

_ESCAPES = {ord(mark): f"#{ord(mark)};" for mark in '#"<>&`'}


def mermaid_of(graph: Graph) -> str:
    """Return a graph as Mermaid text; a sub-graph is a box around its nodes."""
    drawn = drawing_of(graph, xray=True)
    levels = _levels_of(graph)
    paths = _in_order(map(_path, drawn.nodes), levels)
    nodes_and_boxes = dict.fromkeys(prefix for path in paths for prefix in _prefixes(path))
    ranks = {path: rank for rank, path in enumerate(nodes_and_boxes)}
    ids = {path: _id_of(path, rank) for path, rank in ranks.items()}
    lines = ["flowchart LR", *_node_lines(paths, (), levels, ids)]
    for edge in sorted(drawn.edges, key=lambda e: (ranks[_path(e.source)], ranks[_path(e.target)])):
        line = "-.->" if edge.conditional else "-->"
        label = f'|"{_escape(str(edge.data))}"|' if edge.data is not None else ""
        lines.append(f"    {ids[_path(edge.source)]} {line}{label} {ids[_path(edge.target)]}")
    return "\n".join([*lines, ""])


def _path(node: str) -> Path:
    return tuple(node.split(":"))


def _levels_of(graph: Graph) -> dict[Path, Graph]:
    """Return the graph and its sub-graphs, each by the path of the node it stands in."""
    inner = {
        tuple(place.split("|")): subgraph
        for place, subgraph in graph.get_subgraphs(recurse=True)
        if isinstance(subgraph, CompiledStateGraph)
    }
    return {(): graph, **inner}


def _in_order(paths: Iterable[Path], levels: dict[Path, Graph]) -> list[Path]:
    """Sort nodes as they were declared: the drawing puts those of sub-graphs behind all others."""
    order = {
        (*place, name): number
        for place, level in levels.items()
        for number, name in enumerate([START, *_nodes_of(level), END])
    }
    return sorted(paths, key=lambda path: [order.get(p, 0) for p in _prefixes(path)])


def _nodes_of(graph: Graph) -> Iterable[str]:
    builder = builder_of(graph)
    return graph.nodes if builder is None else builder.nodes


def _prefixes(path: Path) -> list[Path]:
    return [path[: depth + 1] for depth in range(len(path))]


def _id_of(path: Path, rank: int) -> str:
    if len(path) == 1 and path[0] in _ENDS:
        return path[0]
    is_safe = all(_SAFE_NAME.fullmatch(name) and name not in _RESERVED for name in path)
    return "-".join(path) if is_safe else f"node-{rank}"


def _node_lines(
    paths: list[Path], place: Path, levels: dict[Path, Graph], ids: dict[Path, str]
) -> Iterator[str]:
    """Draw the nodes of one graph, those of its sub-graphs within boxes."""
    indent = "    " * (len(place) + 1)
    for path, group in groupby(paths, key=lambda path: path[: len(place) + 1]):
        label = _label_of(path, levels)
        within = list(group)
        if within == [path]:
            yield indent + _node(ids[path], path, label)
        else:
            yield f'{indent}subgraph {ids[path]}["{label}"]'
            yield from _node_lines(within, path, levels, ids)
            yield f"{indent}end"


def _label_of(path: Path, levels: dict[Path, Graph]) -> str:
    *place, name = path
    level = levels.get(tuple(place))
    note = note_of(level, name) if level is not None else ""
    return _escape(f"{name} ({note})" if note else name)


def _node(node_id: str, path: Path, label: str) -> str:
    if path[-1] not in _ENDS:
        return f'{node_id}("{label}")'
    return f"{node_id}([{_ENDS[path[-1]]}])" if len(path) == 1 else f'{node_id}((" "))'


def _escape(text: str) -> str:
    return " ".join(text.translate(_ESCAPES).split())
