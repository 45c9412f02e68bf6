"""What a graph's shape says before it runs: its branches and joins, and their policies.

A fan-out made with the kit says so in its nodes' metadata; for any other graph the edges tell.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph, StateGraph
from langgraph.pregel import Pregel

from app.graphs.wire import mark_of

Kind = Literal["branch", "join", "node"]

Path = tuple[str, ...]

Graph = Pregel[Any, Any, Any, Any]
"""Compiled: of a StateGraph, an `@entrypoint`, or made of channels by hand."""

Built = CompiledStateGraph[Any, Any, Any, Any]

Builder = StateGraph[Any, Any, Any, Any]


@dataclass(frozen=True)
class BranchPolicy:
    """One branch and what becomes of the run when it fails; None where nothing is declared."""

    name: str
    fan_out: str | None = None
    required: bool | None = None
    timeout: float | None = None
    attempts: int | None = None
    has_fallback: bool | None = None
    has_cache: bool | None = None
    items: Mapping[str, int] | None = None
    """Of a branch that runs once per item: how many at once, the fewest and the most of them."""


@dataclass(frozen=True)
class JoinPolicy:
    """One join and when it runs; None where nothing is declared."""

    name: str
    branches: list[str] | None = None
    until: Mapping[str, Any] | None = None
    """The condition: `kind` is all, quorum (with `k`), decided or deadline (with `seconds`)."""

    fail_fast: bool | None = None
    attempts: int | None = None


Policy = TypeVar("Policy", BranchPolicy, JoinPolicy)


@dataclass(frozen=True)
class Shape:
    """The kind of every node, by its path through the sub-graphs, and the top level's branches."""

    kinds: Mapping[Path, Kind]
    branches: list[BranchPolicy]
    joins: list[str]
    join_policies: list[JoinPolicy] = field(default_factory=list)
    list_joins: list[tuple[frozenset[str], str]] = field(default_factory=list)
    """Joins made with a list edge: the nodes waited for, and the join."""

    required: Mapping[Path, bool] = field(default_factory=dict)
    """Whether its join needs a branch, by the branch's path; only where something declares it."""

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
    if not isinstance(graph, CompiledStateGraph):
        nodes: dict[Path, Kind] = {(name,): "node" for name in graph.nodes}
        kinds = nodes | _inner_kinds(subgraphs)
        # Its tasks are known once they run: one may be cached, or call a graph with a fan-out.
        return Shape(kinds, branches=[], joins=[], has_cached_nodes=True, has_fan_out=True)
    own = _kinds(graph)
    kinds = {(name,): kind for name, kind in own.items()} | _inner_kinds(subgraphs)
    required = _required(graph, ())
    for place, subgraph in subgraphs.items():
        required |= _required(subgraph, tuple(place.split("|")))
    specs = [spec for g in (graph, *subgraphs.values()) for spec in g.builder.nodes.values()]
    branches = [name for name, kind in own.items() if kind == "branch"]
    joins = [name for name, kind in own.items() if kind == "join"]
    return Shape(
        kinds=kinds,
        branches=[_declared(BranchPolicy, graph, name) for name in branches],
        joins=joins,
        join_policies=[_declared(JoinPolicy, graph, name) for name in joins],
        list_joins=[(frozenset(starts), end) for starts, end in graph.builder.waiting_edges],
        required=required,
        has_cached_nodes=any(spec.cache_policy is not None for spec in specs),
        has_fan_out=any(mark_of(spec) for spec in specs),
    )


def builder_of(graph: Graph) -> Builder | None:
    """Return what a graph was compiled from; None for an `@entrypoint`, which has no edges."""
    return graph.builder if isinstance(graph, CompiledStateGraph) else None


def _inner_kinds(subgraphs: Mapping[str, Built]) -> dict[Path, Kind]:
    return {
        (*place.split("|"), name): kind
        for place, subgraph in subgraphs.items()
        for name, kind in _kinds(subgraph).items()
    }


def _declared(policy: type[Policy], graph: Built, name: str) -> Policy:
    """Return what a node declares of a policy's fields."""
    declared = mark_of(graph.builder.nodes[name])
    known = {key: value for key, value in declared.items() if key in policy.__annotations__}
    return policy(**{**known, "name": name})


def _required(graph: Built, parents: Path) -> dict[Path, bool]:
    marks = {name: mark_of(spec) for name, spec in graph.builder.nodes.items()}
    return {
        (*parents, name): bool(mark["required"])
        for name, mark in marks.items()
        if mark.get("required") is not None
    }


def _kinds(graph: Built) -> dict[str, Kind]:
    plain = _kinds_by_edges(graph)
    return {
        name: mark_of(spec).get("kind") or plain.get(name, "node")
        for name, spec in graph.builder.nodes.items()
    }


def _kinds_by_edges(graph: Built) -> dict[str, Kind]:
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
