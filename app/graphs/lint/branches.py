"""Branches of the fan-out kit that have been given what belongs inside them."""

from collections.abc import Iterator

from app.graphs.lint.finding import Problem, Severity
from app.graphs.lint.topology import Topology, named
from app.graphs.wire import mark_of

_POLICIES: dict[str, tuple[str, Severity, str]] = {
    "error_handler_node": ("error_handler", "error", "fallback=… or required=False"),
    "retry_policy": ("retry_policy", "error", "attempts=…"),
    "cache_policy": ("cache_policy", "error", "no cache: LangGraph's would repeat old outcomes"),
    "timeout": ("timeout", "warning", "timeout=…, which ends an attempt and not the run"),
}
"""By field of a node: LangGraph's name for it, how bad it is on a branch, and the kit's own way."""


def misused_branches(topology: Topology) -> Iterator[Problem]:
    """Find branches that lead elsewhere than to their join, or carry a policy of LangGraph's."""
    joins = {
        name: str(mark["fan_out"])
        for name, spec in topology.nodes.items()
        if (mark := mark_of(spec)).get("kind") == "branch"
    }
    yield from _further_edges(topology, joins)
    yield from _listed(topology, joins)
    yield from _policies(topology, joins)


def _further_edges(topology: Topology, joins: dict[str, str]) -> Iterator[Problem]:
    for branch, join in joins.items():
        if further := topology.followers[branch] - {join}:
            message = f"is a branch and leads on to {named(further)}"
            yield Problem("error", branch, message, _mend(join))
        if branch in topology.choices:
            message = "is a branch and has a conditional edge or a goto"
            yield Problem("error", branch, message, _mend(join))


def _listed(topology: Topology, joins: dict[str, str]) -> Iterator[Problem]:
    for starts, end in topology.list_edges:
        if branches := [start for start in starts if start in joins]:
            message = f"belongs to a fan-out and is part of a list edge to {end!r}"
            yield Problem("error", ", ".join(branches), message, _mend(joins[branches[0]]))


def _policies(topology: Topology, joins: dict[str, str]) -> Iterator[Problem]:
    for field, (policy, severity, instead) in _POLICIES.items():
        if bearers := [name for name in joins if getattr(topology.nodes[name], field) is not None]:
            yield Problem(
                severity,
                ", ".join(bearers),
                f"has LangGraph's {policy}, of its own or by set_node_defaults: it acts outside "
                f"what the kit does within a branch",
                f"remove it and use Branch(…) with {instead}",
            )


def _mend(join: str) -> str:
    return (
        f"a branch leads to {join!r} alone, by the edge that add_fan_out has made: put a further "
        f"step inside the branch (as a sub-graph) or after {join!r}"
    )
