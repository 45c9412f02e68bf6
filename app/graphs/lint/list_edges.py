"""Joins by list edge that may wait forever for a node that never completes."""

from collections.abc import Iterator

from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology, named


def joins_that_may_never_run(topology: Topology) -> Iterator[Problem]:
    """Find list edges whose starts may not all arrive.

    The run then ends without the join, as a success.
    """
    for starts, join in topology.list_edges:
        if handled := {start for start in starts if _has_silent_handler(topology, start)}:
            yield Problem(
                "warning",
                join,
                f"never runs after an error handler has replaced {named(handled)}: the list "
                f"edge waits for the node itself",
                f"lead to {join!r} by one plain edge per branch, or let the handler return "
                f"Command(update=…, goto={join!r}), or use add_fan_out with fallback=…",
            )
        if chosen := {start for start in starts if _may_be_left_out(topology, start)}:
            yield Problem(
                "warning",
                join,
                f"never runs unless all of {named(starts)} do, and a conditional edge or a goto "
                f"may leave out {named(chosen)}",
                f"lead to {join!r} by one plain edge per branch, each of one node",
            )


def _has_silent_handler(topology: Topology, node: str) -> bool:
    handler = topology.nodes[node].error_handler_node
    return handler is not None and not topology.sources[handler].has_goto


def _may_be_left_out(topology: Topology, node: str) -> bool:
    is_static = topology.predecessors[node] or any(end == node for _, end in topology.list_edges)
    choices = (targets for source in topology.choices.values() for targets in source)
    return not is_static and any(node in targets and len(targets) > 1 for targets in choices)
