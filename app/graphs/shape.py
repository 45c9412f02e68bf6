"""What a graph's shape says before it runs: its branches and joins, and their policies.

A fan-out made with the kit says so in its nodes' metadata; for any other graph the edges tell.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.wire import mark_of

Kind = Literal["branch", "join", "node"]

Path = tuple[str, ...]

Graph = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True)
class BranchPolicy:
    """One branch and what becomes of the run when it fails; None where nothing is declared."""

    name: str
    fan_out: str | None = None
    required: bool | None = None
    timeout: float | None = None
    attempts: int | None = None
    has_fallback: bool | None = None


@dataclass(frozen=True)
class Shape:
    """The kind of every node, by its path through the sub-graphs, and the top level's branches."""

    kinds: Mapping[Path, Kind]
    branches: list[BranchPolicy]
    joins: list[str]
    list_joins: list[tuple[frozenset[str], str]] = field(default_factory=list)
    """Joins made with a list edge: the nodes waited for, and the join."""

    has_cached_nodes: bool = False
    """Whether a node has LangGraph's own cache policy."""

    has_fan_out: bool = False
    """Whether the graph, or one within it, uses the kit's `add_fan_out`."""

    def kind(self, path: Path) -> Kind:
        return self.kinds.get(path, "node")


def shape_of(graph: Graph) -> Shape:
    """Read a graph's shape, sub-graphs included."""
    subgraphs = {
        place: subgraph
        for place, subgraph in graph.get_subgraphs(recurse=True)
        if isinstance(subgraph, CompiledStateGraph)
    }
    own = _kinds(graph)
    kinds: dict[Path, Kind] = {(name,): kind for name, kind in own.items()}
    for place, subgraph in subgraphs.items():
        parents = tuple(place.split("|"))
        kinds |= {(*parents, name): kind for name, kind in _kinds(subgraph).items()}
    specs = [spec for g in (graph, *subgraphs.values()) for spec in g.builder.nodes.values()]
    return Shape(
        kinds=kinds,
        branches=[_policy(graph, name) for name, kind in own.items() if kind == "branch"],
        joins=[name for name, kind in own.items() if kind == "join"],
        list_joins=[(frozenset(starts), end) for starts, end in graph.builder.waiting_edges],
        has_cached_nodes=any(spec.cache_policy is not None for spec in specs),
        has_fan_out=any(mark_of(spec) for spec in specs),
    )


def _policy(graph: Graph, name: str) -> BranchPolicy:
    declared = mark_of(graph.builder.nodes[name])
    known = {key: value for key, value in declared.items() if key in BranchPolicy.__annotations__}
    return BranchPolicy(**{**known, "name": name})


def _kinds(graph: Graph) -> dict[str, Kind]:
    plain = _kinds_by_edges(graph)
    return {
        name: mark_of(spec).get("kind") or plain.get(name, "node")
        for name, spec in graph.builder.nodes.items()
    }


def _kinds_by_edges(graph: Graph) -> dict[str, Kind]:
    """Branches leave one node side by side; at least two of them lead to a join."""
    followers: dict[str, set[str]] = defaultdict(set)
    predecessors: dict[str, set[str]] = defaultdict(set)
    waiting = [(start, end) for starts, end in graph.builder.waiting_edges for start in starts]
    for start, end in [*graph.builder.edges, *waiting]:
        if end != END:
            followers[start].add(end)
            predecessors[end].add(start)
    listed: dict[str, Kind] = {
        end: "join" for starts, end in graph.builder.waiting_edges if len(starts) > 1
    }
    branches: dict[str, Kind] = {
        name: "branch"
        for source, names in followers.items()
        if len(names) > 1
        for name in names
        if predecessors[name] == {source}
    }
    joins: dict[str, Kind] = {
        name: "join"
        for name, sources in predecessors.items()
        if len(sources) > 1 and START not in sources and sources <= branches.keys()
    }
    return branches | joins | listed
