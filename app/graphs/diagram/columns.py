"""Which column each node of a graph stands in, before anything is measured.

A node stands one column to the right of the last node that leads to it; an edge that closes a loop
is left out of the count.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TypeAlias


@dataclass(frozen=True)
class Edge:
    """A way from one node to another."""

    source: str
    target: str
    label: str = ""
    is_conditional: bool = False


Passage: TypeAlias = tuple[Edge, int]
"""Where an edge crosses a column that neither of its ends stands in."""

Spot: TypeAlias = str | Passage


@dataclass(frozen=True)
class Columns:
    """What stands in each column, from left to right, and how the edges go through them."""

    spots: Sequence[Sequence[Spot]]
    ranks: Mapping[str, int]
    """Node to the number of its column."""

    onward: Mapping[Edge, Sequence[Spot]]
    """Edge to what it touches: its source, one passage per column between, its target."""

    back: Sequence[Edge]
    """The edges that close a loop, the shortest way back first."""


def columns_of(nodes: Iterable[str], edges: Iterable[Edge]) -> Columns:
    """Assign every node its column; within one, nodes keep the order they are given in."""
    names = list(nodes)
    ways = list(edges)
    closing = _closing_edges(names, ways)
    onward = [edge for edge in ways if edge not in closing]
    ranks = _ranks(names, onward)
    chains = {edge: _chain(edge, ranks) for edge in onward}
    spots: list[list[Spot]] = [[] for _ in range(max(ranks.values()) + 1)]
    for name in names:
        spots[ranks[name]].append(name)
    for edge, chain in chains.items():
        for rank, passage in enumerate(chain[1:-1], start=ranks[edge.source] + 1):
            spots[rank].append(passage)
    back = sorted(closing, key=lambda edge: ranks[edge.source] - ranks[edge.target])
    return Columns(spots, ranks, chains, back)


def _closing_edges(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges that lead back to a node on the way they came."""
    leaving: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        leaving[edge.source].append(edge)
    closing: list[Edge] = []
    done: set[str] = set()
    for root in nodes:
        way: dict[str, Iterator[Edge]] = {} if root in done else {root: iter(leaving[root])}
        while way:
            name, untried = next(reversed(way.items()))
            following = next(untried, None)
            if following is None:
                del way[name]
                done.add(name)
            elif following.target in way:
                closing.append(following)
            elif following.target not in done:
                way[following.target] = iter(leaving[following.target])
    return closing


def _ranks(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    arriving: dict[str, list[str]] = {name: [] for name in nodes}
    for edge in edges:
        arriving[edge.target].append(edge.source)
    ranks: dict[str, int] = {}
    for name in TopologicalSorter(arriving).static_order():
        ranks[name] = max((ranks[source] + 1 for source in arriving[name]), default=0)
    return ranks


def _chain(edge: Edge, ranks: Mapping[str, int]) -> list[Spot]:
    between = range(ranks[edge.source] + 1, ranks[edge.target])
    return [edge.source, *((edge, rank) for rank in between), edge.target]
