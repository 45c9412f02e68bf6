"""How conversations cross the wire: role and content, as LangGraph takes them."""

from collections.abc import Iterable
from typing import Annotated, Any

from langchain_core.messages import AnyMessage, convert_to_messages, convert_to_openai_messages
from langgraph.graph.message import add_messages
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_MESSAGE_SCHEMA = {
    "type": "object",
    "title": "Message",
    "properties": {
        "role": {"type": "string", "examples": ["user"]},
        "content": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}]},
    },
    "required": ["role", "content"],
}


def _to_messages(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    try:
        return convert_to_messages(items)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(f"not a message: {error}") from error


Messages = Annotated[
    list[AnyMessage],
    BeforeValidator(_to_messages),
    PlainSerializer(convert_to_openai_messages),
    WithJsonSchema(
        {
            "title": "Messages",
            "anyOf": [
                {"type": "array", "items": {"anyOf": [_MESSAGE_SCHEMA, {"type": "string"}]}},
                {"type": "string"},
            ],
            "examples": [[{"role": "user", "content": "What is a tide?"}]],
        }
    ),
]
"""A channel reduced by `add_messages`: role/content objects or strings, one or a list."""


def is_messages(metadata: Iterable[Any]) -> bool:
    """Whether an annotation's metadata holds the `add_messages` reducer."""
    return any(getattr(item, "func", item) is add_messages for item in metadata)
