"""Every shipped graph works on the JSON of a request: its nodes get no objects, and no clean text.

The service checks an input and hands on the caller's own JSON, with the defaults of the keys at
the top that were left out.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from app.graphs.registry import inspect_graphs
from tests.conftest import ROOT
from tests.graphs.sending import sent
from tests.model_server import ModelServer
from tests.shipped import SHIPPED

pytestmark = pytest.mark.anyio

Graph = CompiledStateGraph[Any, Any, Any, Any]


def example_of(graph: Graph) -> Any:
    """Return the first example of each field, or its default, as JSON."""
    fields = graph.builder.input_schema.model_fields
    return sent(
        **{
            name: field.examples[0] if field.examples else to_jsonable_python(field.get_default())
            for name, field in fields.items()
        }
    )


def padded_fields(graph: Graph) -> Iterator[tuple[str, Any]]:
    """Yield the example with white space around each text, where the schema still takes it."""
    example = example_of(graph)
    for name, value in example.items():
        try:
            graph.builder.input_schema.model_validate({**example, name: padded(value)})
        except ValidationError:
            yield name, value
        else:
            yield name, padded(value)


def padded(value: Any) -> Any:
    if isinstance(value, str):
        return f"  {value} "
    if isinstance(value, list):
        return [padded(one) for one in value]
    if isinstance(value, dict):
        return {key: padded(one) for key, one in value.items()}
    return value


def cleans(graph: Graph) -> bool:
    """Whether the schema changes a text, so that what nodes get is not what they would like."""
    fields = dict(padded_fields(graph))
    return bool(cleaned(graph, fields) != fields)


def cleaned(graph: Graph, fields: Any) -> Any:
    return graph.builder.input_schema.model_validate(fields).model_dump(mode="json")


INSPECTION = asyncio.run(inspect_graphs(ROOT / "langgraph.json"))

GRAPHS = {
    entry.id: entry.graph
    for entry in INSPECTION.entries
    if entry.id in SHIPPED
    and isinstance(entry.graph, CompiledStateGraph)
    and issubclass(entry.graph.builder.input_schema, BaseModel)
}

CLEANING = {graph_id: graph for graph_id, graph in GRAPHS.items() if cleans(graph)}

each_graph = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())


def test_lint_has_nothing_to_say_of_the_shipped_graphs() -> None:
    assert [str(finding) for finding in INSPECTION.findings] == []


@each_graph
def test_example_and_defaults_are_of_the_types_that_the_schema_names(graph: Graph) -> None:
    schema = graph.builder.input_schema

    schema.model_validate_json(json.dumps(example_of(graph)), strict=True)


@each_graph
async def test_nodes_work_on_the_json_of_the_example(
    graph: Graph, model_server: ModelServer
) -> None:
    output = await graph.ainvoke(example_of(graph))

    if "__interrupt__" in output:  # it asks a person, who is not here
        return
    TypeAdapter(graph.builder.output_schema).validate_python(output)


@pytest.mark.parametrize("graph", CLEANING.values(), ids=CLEANING.keys())
async def test_nodes_clean_what_the_schema_cleans(graph: Graph, model_server: ModelServer) -> None:
    fields = dict(padded_fields(graph))

    await graph.ainvoke(cleaned(graph, fields))
    on_clean = sorted(call.prompt for call in model_server.calls)
    model_server.calls.clear()
    await graph.ainvoke(fields)

    assert sorted(call.prompt for call in model_server.calls) == on_clean
