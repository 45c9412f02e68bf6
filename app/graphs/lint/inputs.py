"""Keys of the input that nodes read as objects, where LangGraph hands them the request's JSON."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from langgraph.constants import START

from app.graphs.lint.annotations import hints_of, objects_in, shown
from app.graphs.lint.arrivals import arrivals, is_coerced
from app.graphs.lint.definitions import definition_of
from app.graphs.lint.finding import Problem
from app.graphs.lint.source import NodeSource
from app.graphs.lint.state_use import attributes_assigned
from app.graphs.lint.topology import Topology
from app.graphs.wire import mark_of


class Reader(NamedTuple):
    """A node or the function of a conditional edge, the schema it reads the state by."""

    name: str
    schema: Any
    source: NodeSource
    place: str
    """The node at which a value has to arrive to be read."""


def objects_in_place_of_json(topology: Topology) -> Iterator[Problem]:
    """Find annotations of a TypedDict or dataclass state that a key of the input does not fit."""
    readers = list(_readers(topology))
    for key, places in sorted(arrivals(topology).items()):
        by_hint: dict[str, list[Reader]] = defaultdict(list)
        for reader in readers:
            hint = hints_of(reader.schema, include_extras=True).get(key, Any)
            is_made = key in _made_by_itself(reader.schema)
            if reader.place in places and objects_in(hint) and not is_made:
                by_hint[shown(hints_of(reader.schema)[key])].append(reader)
        for hint, reading in by_hint.items():
            yield _describe(key, hint, reading)


def _readers(topology: Topology) -> Iterator[Reader]:
    """Yield all that read the state, apart from what reads an item, or is a graph."""
    builder = topology.builder
    for name, spec in topology.nodes.items():
        is_over_items = mark_of(spec).get("items") is not None
        if not (is_over_items or name in topology.subgraphs or is_coerced(spec.input_schema)):
            yield Reader(name, spec.input_schema, topology.sources[name], name)
    for source, branches in builder.branches.items():
        of_source = builder.state_schema if source == START else builder.nodes[source].input_schema
        for name, branch in branches.items():
            schema = branch.input_schema or of_source
            if not is_coerced(schema):
                yield Reader(name, schema, topology.routers[name], source)


def _made_by_itself(schema: Any) -> frozenset[str]:
    """Return the keys that a dataclass state makes what they are to be in its `__post_init__`."""
    definition = definition_of(getattr(schema, "__post_init__", None))
    return frozenset() if definition is None else attributes_assigned(definition)


def _describe(key: str, hint: str, readers: list[Reader]) -> Problem:
    schema = readers[0].schema
    objects = objects_in(hints_of(schema, include_extras=True)[key])
    naming = [reader.name for reader in readers if key in reader.source.reads]
    nodes = [reader.name for reader in readers if reader.name == reader.place]
    names = naming or nodes or [reader.name for reader in readers]
    kind = "dataclass" if dataclasses.is_dataclass(schema) else "TypedDict"
    forms = ", ".join(f"{form} for {name}" for name, form in objects.items())
    return Problem(
        "warning",
        ", ".join(sorted(names)),
        f"may read {key!r} as {hint} and get the request's JSON: LangGraph makes no objects of "
        f"what comes into a {kind} state",
        f"annotate it as JSON is ({forms}) and make the object in the node, or make the state a "
        f"Pydantic model, which LangGraph coerces",
    )
