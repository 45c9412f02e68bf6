"""Joins of the fan-out kit that are reached by others than their branches."""

from collections.abc import Iterator

from langgraph.constants import START

from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology, named, reach
from app.graphs.wire import mark_of


def disturbed_joins(topology: Topology) -> Iterator[Problem]:
    """Find joins with an edge from a node that runs neither beside their branches nor after them.

    Such a join runs a second time, or without a round.
    """
    for join, spec in topology.nodes.items():
        mark = mark_of(spec)
        if mark.get("kind") != "join":
            continue
        branches = set(mark.get("branches", ()))
        if strangers := _strangers(topology, join, branches):
            yield Problem(
                "error",
                join,
                f"is the join of {named(branches)} and is also reached from {named(strangers)}",
                "let only the branches lead to it: make the other node a branch, or put its work "
                "before the fan-out or after the join",
            )


def _strangers(topology: Topology, join: str, branches: set[str]) -> set[str]:
    starts = {start for starts, end in topology.list_edges if end == join for start in starts}
    others = (topology.predecessors[join] | starts) - branches
    known_before = _reached_without(topology, join)
    beside = [topology.predecessors[branch] for branch in branches]
    return {node for node in others & known_before if topology.predecessors[node] not in beside}


def _reached_without(topology: Topology, join: str) -> set[str]:
    """Return START and the nodes it leads to by ways that do not pass the join."""
    without = {start: ends - {join} for start, ends in topology.ways.items()}
    return {START} | reach([START], without)
