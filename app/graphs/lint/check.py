"""Run every rule over a graph and the graphs within it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from app.graphs.lint.arrivals import around_subgraph
from app.graphs.lint.branches import misused_branches
from app.graphs.lint.contexts import settings_outside_context
from app.graphs.lint.defaults import defaults_outside_json
from app.graphs.lint.depths import unequal_depths
from app.graphs.lint.finding import Finding, Problem
from app.graphs.lint.gotos import hidden_gotos
from app.graphs.lint.inputs import objects_in_place_of_json
from app.graphs.lint.joins import disturbed_joins
from app.graphs.lint.list_edges import joins_that_may_never_run
from app.graphs.lint.topology import Surroundings, Topology
from app.graphs.lint.writes import clashing_writes
from app.graphs.shape import Graph
from app.plain_json import named_error

Rule = Callable[[Topology], Iterable[Problem]]

RULES: tuple[Rule, ...] = (
    unequal_depths,
    clashing_writes,
    misused_branches,
    disturbed_joins,
    joins_that_may_never_run,
    hidden_gotos,
    objects_in_place_of_json,
    defaults_outside_json,
    settings_outside_context,
)


def lint_graph(graph_id: str, file: str, graph: Graph) -> list[Finding]:
    """Return what is wrong with a graph; a node within a sub-graph goes by `subgraph/node`.

    A graph without a StateGraph declares no edges and no keys: nothing is known to be wrong.
    """
    if not isinstance(graph, CompiledStateGraph):
        return []
    return [
        Finding(problem.severity, graph_id, file, path + problem.node, problem.message, problem.fix)
        for path, topology in _with_subgraphs(graph, "", set(), None)
        for rule in RULES
        for problem in _problems(rule, topology)
    ]


def _problems(rule: Rule, topology: Topology) -> list[Problem]:
    """Return what a rule finds; a graph that it cannot read may run all the same."""
    try:
        return list(rule(topology))
    except Exception as error:  # noqa: BLE001  # an author's annotations may do anything
        message = (
            f"the rule {rule.__name__} could not be applied to this graph ({named_error(error)})"
        )
        return [Problem("warning", "", message, "check by hand what docs/values.md says of it")]


def _with_subgraphs(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    path: str,
    seen: set[int],
    around: Surroundings | None,
) -> Iterator[tuple[str, Topology]]:
    if id(graph) in seen:  # one graph may stand behind several nodes
        return
    seen.add(id(graph))
    topology = Topology(graph, around)
    yield path, topology
    # `get_subgraphs` leaves out nodes whose graph opted out of checkpoints.
    for name, subgraph in {**topology.subgraphs, **dict(graph.get_subgraphs())}.items():
        if isinstance(subgraph, CompiledStateGraph):
            inner = around_subgraph(topology, name)
            yield from _with_subgraphs(subgraph, f"{path}{name}/", seen, inner)
