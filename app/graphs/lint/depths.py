"""Joins that plain edges reach in more than one superstep: each arrival runs them again."""

from collections.abc import Iterator

from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology, named
from app.graphs.wire import mark_of


def unequal_depths(topology: Topology) -> Iterator[Problem]:
    """Find joins behind branches of unequal length; the kit's own joins have their own rule.

    Where the shorter way is a bare edge, running twice may be meant: that is a warning. What
    comes after such a join runs twice too and is not reported again.
    """
    for join, spec in topology.nodes.items():
        if spec.defer or mark_of(spec).get("kind") == "join":
            continue
        if uneven := _uneven_arrivals(topology, join):
            source, arrivals = min(uneven, key=lambda one: (max(one[1].values()), one[0]))
            yield _describe(source, arrivals, join)


def _uneven_arrivals(topology: Topology, join: str) -> list[tuple[str, dict[str, int]]]:
    """Return the sources that reach the join at different times, with its predecessors' steps."""
    uneven = []
    for source, steps in topology.steps.items():
        arrivals = [(node, steps[node]) for node in topology.predecessors[join] if node in steps]
        if all(len(at) == 1 for _, at in arrivals) and len({min(at) for _, at in arrivals}) > 1:
            uneven.append((source, {node: min(at) for node, at in arrivals}))
    return uneven


def _describe(source: str, arrivals: dict[str, int], join: str) -> Problem:
    branches = {node: step for node, step in arrivals.items() if node != source}
    times = len(set(arrivals.values()))
    ways = ", ".join(
        f"from {node!r} after {step + 1}"
        for node, step in sorted(arrivals.items(), key=lambda a: a[1])
    )
    if source in arrivals:
        fix = f"remove the edge from {source!r} if {join!r} is to wait for the others"
    else:
        fix = (
            f"one list edge, add_edge([{named(branches)}], {join!r}), or defer=True on {join!r}, "
            f"or add_fan_out with each branch as one node"
        )
    return Problem(
        severity="error" if len(set(branches.values())) > 1 else "warning",
        node=join,
        message=f"runs {times} times: counted in supersteps from {source!r} it is reached {ways}",
        fix=fix,
    )
