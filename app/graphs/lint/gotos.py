"""Nodes that steer where nobody can see it."""

from collections.abc import Iterator

from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology
from app.graphs.wire import mark_of


def hidden_gotos(topology: Topology) -> Iterator[Problem]:
    """Find nodes that return `Command(goto=…)` without saying in their type where to."""
    for name, spec in topology.nodes.items():
        if spec.ends or spec.is_error_handler or not topology.sources[name].has_goto:
            continue
        if mark_of(spec).get("kind") == "branch":
            message = "is a branch and steers by Command(goto=…)"
            fix = "return the update alone, and lead on from the join"
        else:
            message = (
                "returns Command(goto=…) unannotated, so that no diagram or check sees the way"
            )
            fix = 'annotate the return type: Command[Literal["next_node"]]'
        yield Problem("warning", name, message, fix)
