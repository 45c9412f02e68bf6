"""Nodes of one superstep that write one key which takes only one value."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from langgraph.channels.last_value import LastValue
from langgraph.constants import START
from langgraph.graph.state import CompiledStateGraph

from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology, named, subgraph_of

Graph = CompiledStateGraph[Any, Any, Any, Any]


def clashing_writes(topology: Topology) -> Iterator[Problem]:
    """Find keys without reducer that several nodes of one superstep write.

    An error is what two sub-graphs surely do, since a sub-graph returns every key it holds; what
    literal returns and output schemas only suggest is a warning.
    """
    for writers, keys in sorted(_clashes(topology).items()):
        certain = {key for key in keys if len(_sure_holders(topology, writers, key)) > 1}
        reason = " (a sub-graph returns every key it holds)" if certain else ""
        yield Problem(
            severity="error" if certain else "warning",
            node=", ".join(writers),
            message=f"run in one superstep and each {'writes' if certain else 'may write'} "
            f"{named(certain or keys)}, which has no reducer{reason}",
            fix="give the key a reducer (Annotated[…, by_branch]), or each writer a key of its "
            "own (a sub-graph: an output_schema, or Branch(…, writes=[…]))",
        )


def _clashes(topology: Topology) -> dict[tuple[str, ...], set[str]]:
    writers_of = _writers_by_key(topology)
    clashes: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for steps in topology.steps.values():
        for side_by_side in _by_step(steps):
            for key, writers in writers_of.items():
                if len(clashing := writers & side_by_side) > 1:
                    clashes[tuple(sorted(clashing))].add(key)
    return clashes


def _writers_by_key(topology: Topology) -> dict[str, set[str]]:
    writers: dict[str, set[str]] = defaultdict(set)
    for name in topology.nodes:
        for key in _written_keys(topology, name):
            channel = topology.builder.channels.get(key)
            if isinstance(channel, LastValue) or getattr(channel, "guard", False):
                writers[key].add(name)
    return writers


def _written_keys(topology: Topology, name: str) -> Iterable[str]:
    subgraph = subgraph_of(topology.nodes[name])
    return topology.sources[name].may_write if subgraph is None else _outputs(subgraph)


def _outputs(graph: Graph) -> list[str]:
    keys = graph.output_channels
    return [keys] if isinstance(keys, str) else list(keys)


def _by_step(steps: dict[str, set[int]]) -> Iterable[set[str]]:
    nodes: dict[int, set[str]] = defaultdict(set)
    for node, at in steps.items():
        for step in at:
            nodes[step].add(node)
    return nodes.values()


def _sure_holders(topology: Topology, writers: Iterable[str], key: str) -> list[str]:
    return [name for name in writers if _surely_holds(topology, name, key)]


def _surely_holds(topology: Topology, name: str, key: str) -> bool:
    """Whether a node is a sub-graph that always has the key: passed in, or of its own making."""
    spec, builder = topology.nodes[name], topology.builder
    subgraph = subgraph_of(spec)
    if subgraph is None:
        return False
    is_handed_down = (
        key in _required_keys(builder.input_schema)
        and key in builder.schemas[spec.input_schema]
        and key in subgraph.builder.schemas[subgraph.builder.input_schema]
    )
    return is_handed_down or key in _surely_written(subgraph)


def _required_keys(schema: Any) -> frozenset[str]:
    if (fields := getattr(schema, "model_fields", None)) is not None:
        return frozenset(name for name, field in fields.items() if field.is_required())
    return getattr(schema, "__required_keys__", frozenset())


def _surely_written(graph: Graph) -> set[str]:
    topology = Topology(graph)
    surely_run = topology.nodes.keys() & topology.steps[START]
    return {key for name in surely_run for key in topology.sources[name].surely_writes}
