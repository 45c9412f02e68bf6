"""A compiled graph as the rules see it: who leads to whom, and who surely runs when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from langgraph.constants import END, START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.lint.definitions import author_of
from app.graphs.lint.source import NodeSource, read_source
from app.graphs.wire import Spec, mark_of

Edges = Mapping[str, set[str]]


@dataclass(frozen=True)
class Surroundings:
    """What the graph around a sub-graph means for it."""

    given: frozenset[str] = frozenset()
    """Keys that it is handed as the request's own JSON."""

    has_context: bool = False
    """Whether a graph around it declares a context_schema."""


class Topology:
    """Nodes and edges of one graph, sub-graphs not included."""

    def __init__(
        self, graph: CompiledStateGraph[Any, Any, Any, Any], around: "Surroundings | None" = None
    ) -> None:
        builder = graph.builder
        self.builder = builder
        self.around = around
        self.nodes: dict[str, Spec] = builder.nodes
        self.list_edges = sorted(edge for edge in builder.waiting_edges if edge[1] != END)
        self.followers: Edges = {name: set() for name in (START, *self.nodes)}
        self.predecessors: Edges = {name: set() for name in (START, *self.nodes)}
        for start, end in builder.edges:
            if end != END:
                self.followers[start].add(end)
                self.predecessors[end].add(start)

    @cached_property
    def sources(self) -> dict[str, NodeSource]:
        """What the code of each node shows, as far as it can be read."""
        return {
            name: read_source(spec.runnable, is_wrapped=bool(mark_of(spec)))
            for name, spec in self.nodes.items()
        }

    @cached_property
    def choices(self) -> dict[str, list[set[str]]]:
        """By source, the known targets of each conditional edge and each annotated goto."""
        choices: dict[str, list[set[str]]] = defaultdict(list)
        for source, branches in self.builder.branches.items():
            for branch in branches.values():
                choices[source].append(set((branch.ends or {}).values()))
        for name, spec in self.nodes.items():
            if spec.ends:
                choices[name].append(set(spec.ends))
        return choices

    @cached_property
    def routers(self) -> dict[str, NodeSource]:
        """What the code of each conditional edge's function shows, by its name."""
        return {
            name: read_source(branch.path, is_wrapped=False)
            for branches in self.builder.branches.values()
            for name, branch in branches.items()
        }

    @cached_property
    def subgraphs(self) -> dict[str, CompiledStateGraph[Any, Any, Any, Any]]:
        """The nodes that are graphs themselves, those that the kit has wrapped included."""
        nodes = {
            name: author_of(spec.runnable) if mark_of(spec) else spec.runnable
            for name, spec in self.nodes.items()
        }
        return {name: node for name, node in nodes.items() if isinstance(node, CompiledStateGraph)}

    @cached_property
    def ways(self) -> Edges:
        """Where each node may lead, as far as edges, conditional edges and gotos say."""
        ways = {start: set(ends) for start, ends in self.followers.items()}
        for starts, end in self.list_edges:
            for start in starts:
                ways[start].add(end)
        for source, choices in self.choices.items():
            ways[source] |= set().union(*choices) - {END}
        return ways

    @cached_property
    def steps(self) -> dict[str, dict[str, set[int]]]:
        """How many supersteps after a node which others surely run: plain edges outside loops only.

        A plain edge always fires, whatever else its start leads to, so this needs no guess at
        routers, gotos and loops. A deferred node waits, so the way through it is not followed.
        """
        return {source: self._steps_from(source) for source in self._order}

    def _steps_from(self, source: str) -> dict[str, set[int]]:
        steps: dict[str, set[int]] = {source: {0}}
        for node in self._order:
            if node not in steps:
                continue
            for follower in self.followers[node]:
                if follower in self._order and not self.nodes[follower].defer:
                    steps.setdefault(follower, set()).update(step + 1 for step in steps[node])
        return steps

    @cached_property
    def _order(self) -> dict[str, None]:
        outside_loops = {
            node for node in self.followers if node not in reach([node], self.followers)
        }
        sorter = TopologicalSorter(
            {node: self.predecessors[node] & outside_loops for node in outside_loops}
        )
        return dict.fromkeys(sorter.static_order())


def reach(starts: Iterable[str], followers: Edges) -> set[str]:
    """Return the nodes that the starts lead to, at any distance."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        new = followers[waiting.pop()] - reached
        reached |= new
        waiting.extend(new)
    return reached


def subgraph_of(spec: Spec) -> CompiledStateGraph[Any, Any, Any, Any] | None:
    """Return the graph that is the node itself, not one that a function calls."""
    return spec.runnable if isinstance(spec.runnable, CompiledStateGraph) else None


def named(nodes: Iterable[str]) -> str:
    """Write nodes or keys for people, always in one order."""
    return ", ".join(repr(node) for node in sorted(nodes))
