"""A graph's input and output as named models, made once at start-up.

Two graphs may both call their class `Input`; on the wire they are `TopicBriefInput` and
`TextInsightsInput`. Whatever the graph declares (Pydantic model, TypedDict, dataclass), the wire
shows and checks that.
"""

import dataclasses
from typing import Any, NotRequired, Required, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from typing_extensions import is_typeddict

from app.graphs.messages import Messages, is_messages


def pascal(graph_id: str) -> str:
    """Return a graph id as the beginning of a class name."""
    words = "".join(c if c.isalnum() else " " for c in graph_id).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def wire_model(schema: Any, name: str) -> type[BaseModel]:
    """Return a model called `name` that validates what the schema says."""
    doc = getattr(schema, "__doc__", None)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        conversations: dict[str, Any] = {
            key: (Messages, field)
            for key, field in schema.model_fields.items()
            if is_messages(field.metadata)
        }
        return create_model(name, __base__=schema, __doc__=doc, **conversations)
    optional = _optional_keys(schema)
    fields: dict[str, Any] = {
        key: (_wire_type(hint), Field(default_factory=lambda: None) if key in optional else ...)
        for key, hint in get_type_hints(schema, include_extras=True).items()
    }
    config = ConfigDict(arbitrary_types_allowed=True)
    return create_model(name, __config__=config, __doc__=doc, **fields)


def to_state(value: BaseModel, schema: Any) -> dict[str, Any]:
    """Return a validated input as plain state: a model's defaults included, absent keys absent."""
    is_model = isinstance(schema, type) and issubclass(schema, BaseModel)
    return value.model_dump(exclude_unset=not is_model)


def _wire_type(hint: Any) -> Any:
    if get_origin(hint) in (Required, NotRequired):
        hint = hint.__args__[0]
    return Messages if is_messages(getattr(hint, "__metadata__", ())) else hint


def _optional_keys(schema: Any) -> frozenset[str]:
    if is_typeddict(schema):
        return frozenset(schema.__optional_keys__)
    if dataclasses.is_dataclass(schema):
        return frozenset(field.name for field in dataclasses.fields(schema) if _has_default(field))
    return frozenset()


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing
