"""The nodes of a graph and its sub-graphs, which routers may name, and the keys of their state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from app.graphs.shape import Graph, Path


@dataclass(frozen=True)
class Place:
    """A graph, or a sub-graph in it."""

    nodes: frozenset[str]
    routes: frozenset[Any]
    """What routers may return in place of a node's name: the keys of their path maps."""

    keys: frozenset[str]
    """Of the state; what a node writes under another key is dropped."""


def places_of(graph: Graph) -> Mapping[Path, Place]:
    """Return the graph, by (), and its sub-graphs, by the nodes that lead to them.

    A graph without a StateGraph has no nodes that routers name, and is not among them.
    """
    inner = {
        tuple(place.split("|")): _place_of(subgraph)
        for place, subgraph in graph.get_subgraphs(recurse=True)
        if isinstance(subgraph, CompiledStateGraph)
    }
    return {(): _place_of(graph), **inner} if isinstance(graph, CompiledStateGraph) else inner


def _place_of(graph: CompiledStateGraph[Any, Any, Any, Any]) -> Place:
    builder = graph.builder
    routers = [router for routers in builder.branches.values() for router in routers.values()]
    return Place(
        nodes=frozenset(builder.nodes),
        routes=frozenset(key for router in routers for key in router.ends or ()),
        keys=frozenset(builder.channels) | frozenset(builder.managed),
    )
