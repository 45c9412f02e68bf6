"""Where a key of the input arrives as the request's own JSON, before a node has written it."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from langgraph.channels.last_value import LastValue
from langgraph.constants import START
from pydantic import BaseModel
from pydantic.dataclasses import is_pydantic_dataclass

from app.graphs.lint.topology import Edges, Surroundings, Topology, reach
from app.graphs.schemas import has_default
from app.graphs.wire import mark_of


def arrivals(topology: Topology) -> dict[str, set[str]]:
    """Return, by key of the input, the nodes that may get what the request sent.

    START stands for its conditional edges. Without an input schema of its own a graph takes its
    whole state: a key that its nodes write is then theirs, unless one surely needs it before.
    """
    writers, ways = _writers(topology), _ways(topology)
    return {
        key: places
        for key in _input_keys(topology)
        if (places := _arrivals(topology, key, writers.get(key, set()), ways))
    }


def is_coerced(schema: Any) -> bool:
    """Whether LangGraph makes the objects that a schema promises: it calls a dataclass as it is."""
    return isinstance(schema, type) and (
        issubclass(schema, BaseModel) or is_pydantic_dataclass(schema)
    )


def around_subgraph(topology: Topology, node: str) -> Surroundings:
    """Return what a graph means for one within it; what a function hands over is not known."""
    around = topology.around or Surroundings()
    has_context = around.has_context or topology.builder.context_schema is not None
    spec = topology.nodes[node]
    is_given_state = node in topology.subgraphs and mark_of(spec).get("items") is None
    if not is_given_state or is_coerced(spec.input_schema):
        return Surroundings(has_context=has_context)
    places = arrivals(topology)
    keys = topology.builder.schemas[spec.input_schema]
    return Surroundings(frozenset(k for k in keys if node in places.get(k, ())), has_context)


def _input_keys(topology: Topology) -> Iterable[str]:
    builder = topology.builder
    keys = builder.schemas[builder.input_schema].keys() & builder.channels.keys()
    return keys if topology.around is None else keys & topology.around.given


def _arrivals(topology: Topology, key: str, writers: set[str], ways: Edges) -> set[str]:
    """Return the nodes on ways from START that pass no writer; all where a reducer adds to it."""
    is_replaced = isinstance(topology.builder.channels[key], LastValue)
    unwritten = {START} | reach(
        [START], {start: set() if start in writers else ends for start, ends in ways.items()}
    )
    if writers and _takes_whole_state(topology):
        is_needed = key in _without_default(topology.builder.state_schema) or any(
            key in topology.sources[name].requires for name in unwritten - {START}
        )
        return unwritten if is_replaced and is_needed else set()
    return unwritten if is_replaced else {START, *topology.nodes}


def _takes_whole_state(topology: Topology) -> bool:
    builder = topology.builder
    return topology.around is None and builder.input_schema is builder.state_schema


def _without_default(schema: Any) -> set[str]:
    if not dataclasses.is_dataclass(schema):
        return set()
    return {field.name for field in dataclasses.fields(schema) if not has_default(field)}


def _writers(topology: Topology) -> dict[str, set[str]]:
    writers: dict[str, set[str]] = {}
    for name in topology.nodes:
        for key in _updates(topology, name):
            writers.setdefault(key, set()).add(name)
    return writers


def _updates(topology: Topology, name: str) -> set[str]:
    """Return the keys that a node writes; a sub-graph also returns what it has not changed."""
    if (subgraph := topology.subgraphs.get(name)) is None:
        return set(topology.sources[name].updates)
    within = Topology(subgraph)
    return {key for inner in within.nodes for key in _updates(within, inner)}


def _ways(topology: Topology) -> Edges:
    """Return where each node may lead; anywhere, where nothing says where to."""
    ways = {start: set(ends) for start, ends in topology.ways.items()}
    for source, branches in topology.builder.branches.items():
        if any(branch.ends is None for branch in branches.values()):
            ways[source] = set(topology.nodes)
    for name, spec in topology.nodes.items():
        if topology.sources[name].has_goto and not spec.ends:
            ways[name] = set(topology.nodes)
        if spec.error_handler_node is not None:
            ways[name].add(spec.error_handler_node)
    return ways
