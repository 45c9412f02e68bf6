"""What a test of a graph asks for: an answer to its own example."""

import asyncio
from typing import Any

from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel
from pydantic_core import to_jsonable_python


def example_of(graph: CompiledStateGraph[Any, Any, Any, Any]) -> dict[str, Any]:
    """Return the first example of each field of the input, or its default, as JSON."""
    schema = graph.builder.input_schema
    assert issubclass(schema, BaseModel), f"{schema} documents no examples: pass an input yourself"
    fields = schema.model_fields.items()
    return {
        name: field.examples[0] if field.examples else to_jsonable_python(field.get_default())
        for name, field in fields
    }


def run_example(graph: CompiledStateGraph[Any, Any, Any, Any], **changed: Any) -> Any:
    """Run a graph on its example, with some fields changed, and return its output."""
    return asyncio.run(graph.ainvoke({**example_of(graph), **changed}))
