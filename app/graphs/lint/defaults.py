"""Defaults of an input that JSON cannot hold: the service adds a default to a request as JSON."""

from collections.abc import Iterator

from app.graphs.contracts.defaults import unwritable_defaults
from app.graphs.lint.finding import Problem
from app.graphs.lint.topology import Topology


def defaults_outside_json(topology: Topology) -> Iterator[Problem]:
    """Find keys of an input schema of its own whose default no request could have sent."""
    schema = topology.builder.input_schema
    if schema is topology.builder.state_schema:
        return
    for key, reason in unwritable_defaults(schema):
        yield Problem(
            "error",
            "",
            f"the default of the input key {key!r} cannot be written as JSON: {reason}",
            "give it a default that JSON can hold, or none",
        )
