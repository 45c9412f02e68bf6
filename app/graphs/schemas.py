"""What a graph declares (Pydantic model, TypedDict or dataclass) as named types for Pydantic.

Two graphs may both call their class `Input`; on the wire they are `TopicBriefInput` and
`TextInsightsInput`. A TypedDict and a dataclass become a TypedDict: it takes any name as a key,
also those that a model reserves (`copy`, `_draft`).
"""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, NotRequired, Required, cast, get_origin, get_type_hints

import pydantic.dataclasses
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema, create_model
from pydantic.errors import (
    PydanticInvalidForJsonSchema,
    PydanticSchemaGenerationError,
    PydanticUserError,
)
from pydantic.fields import FieldInfo
from typing_extensions import ReadOnly, TypedDict, is_typeddict

from app.graphs.messages import OF_A_KEY, accepts_null, form_of, message_type, without

_CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

UNDESCRIBABLE = (
    PydanticInvalidForJsonSchema,
    PydanticSchemaGenerationError,
    PydanticUserError,
    NameError,
    TypeError,
)
"""What Pydantic raises for a type that JSON Schema cannot describe.

Python 3.11's own TypedDict inside another type is one, and so is a name for type checkers alone.
"""


def pascal(graph_id: str) -> str:
    """Return a graph id as the beginning of a class name."""
    words = "".join(c if c.isalnum() else " " for c in graph_id).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def is_model(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, BaseModel)


def is_open(schema: Any) -> bool:
    """Whether a schema is `dict`: LangGraph then takes any keys."""
    return (get_origin(schema) or schema) is dict


def hints_of(schema: Any, *, managed: Collection[str] = ()) -> dict[str, Any]:
    """Return the annotations of a schema's keys, without those that LangGraph manages itself."""
    if is_model(schema):
        hints = {key: _hint_of(field) for key, field in schema.model_fields.items()}
    elif not has_keys(schema):
        hints = {}
    elif pydantic.dataclasses.is_pydantic_dataclass(schema):
        hints = {key: _hint_of(field) for key, field in schema.__pydantic_fields__.items()}
    else:
        hints = get_type_hints(schema, include_extras=True)
    if dataclasses.is_dataclass(schema):
        hints = {key: _unwrapped(hint) for key, hint in hints.items() if not _is_constant(hint)}
    return {key: hint for key, hint in hints.items() if key not in managed}


def _is_constant(hint: Any) -> bool:
    """Whether an annotation is of a dataclass itself, and not of its objects."""
    return hint is ClassVar or get_origin(hint) is ClassVar


def _unwrapped(hint: Any) -> Any:
    return hint.type if isinstance(hint, dataclasses.InitVar) else hint


def input_type(schema: Any, name: str, *, is_state: bool, managed: Collection[str]) -> Any:
    """Return the type that checks what a caller sends; unknown keys are refused.

    `is_state` says that the schema is the graph's whole state: a TypedDict then requires no key,
    since it also names what only nodes write.
    """
    if is_model(schema) and schema.model_fields.keys().isdisjoint(managed):
        return _strict_model(schema, name, is_state=is_state)
    if not has_keys(schema):
        return dict[str, Any] if is_open(schema) else value_type(schema)
    optional = optional_keys(schema, is_state=is_state)
    fields = {
        key: NotRequired[_field(hint)] if key in optional else _field(hint)
        for key, hint in hints_of(schema, managed=managed).items()
    }
    return _typed_dict(name, fields, schema)


def output_type(schema: Any, name: str, *, is_state: bool, managed: Collection[str]) -> Any:
    """Return the type that describes what a caller gets: keys by name, absent when not written."""
    if not has_keys(schema):
        return dict[str, Any] if is_open(schema) else value_type(schema)
    optional = optional_keys(schema, is_state=is_state)
    described = schema.model_fields if is_model(schema) else {}
    fields = {
        key: _described(_field(hint), described.get(key))
        for key, hint in hints_of(schema, managed=managed).items()
    }
    present = {key: NotRequired[hint] if key in optional else hint for key, hint in fields.items()}
    return _typed_dict(name, present, schema)


def output_check(schema: Any, name: str, described: Any) -> Any:
    """Return the type that checks an output: the author's model with its validators, if it is one.

    `described` is the output's type.
    """
    return _with_messages(schema, name) if is_model(schema) else described


def state_type(hints: Mapping[str, Any], name: str) -> Any:
    """Return the type that checks what is written into a state, whatever keys are there."""
    fields = {key: NotRequired[_field(hint)] for key, hint in hints.items()}
    return _typed_dict(name, fields, None)


def value_type(hint: Any) -> Any:
    """Return the type of a state, an input or an output that is one value, such as a list."""
    return _field(hint)


def has_keys(schema: Any) -> bool:
    """Whether a schema names keys; one of `dict` names none, and a state may also be one value."""
    return (
        is_model(schema)
        or is_typeddict(schema)
        or dataclasses.is_dataclass(schema)
        or _is_named_tuple(schema)
    )


def is_one_value(schema: Any) -> bool:
    """Whether a schema is of a value as a whole: LangGraph then takes and gives no keys."""
    return not (has_keys(schema) or is_open(schema))


def _is_named_tuple(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, tuple) and hasattr(schema, "_fields")


def optional_keys(schema: Any, *, is_state: bool) -> frozenset[str]:
    """Return the keys that may be absent."""
    if is_model(schema):
        fields: Mapping[str, FieldInfo] = schema.model_fields
        names = fields if is_state else [k for k, f in fields.items() if not f.is_required()]
        return frozenset(names)
    if is_typeddict(schema):
        return frozenset(hints_of(schema) if is_state else _not_required(schema))
    if dataclasses.is_dataclass(schema):
        every = schema.__dataclass_fields__  # `fields` leaves out what is for __init__ alone
        return frozenset(key for key in hints_of(schema) if has_default(every[key]))
    if _is_named_tuple(schema):
        return frozenset(schema._field_defaults)
    return frozenset()


def _not_required(schema: Any) -> frozenset[str]:
    """Return the keys of a TypedDict that may be absent.

    Python does not look into annotations that are text, as all are after
    `from __future__ import annotations`.
    """
    optional = set(schema.__optional_keys__)
    for key, hint in hints_of(schema).items():
        qualifiers = _qualifiers(hint)
        if NotRequired in qualifiers:
            optional.add(key)
        elif Required in qualifiers:
            optional.discard(key)
    return frozenset(optional)


def _qualifiers(hint: Any) -> set[Any]:
    """Return what a TypedDict says of a key around its type."""
    qualifiers = set()
    while get_origin(hint) in (Annotated, Required, NotRequired, ReadOnly):
        qualifiers.add(get_origin(hint))
        hint = hint.__origin__ if get_origin(hint) is Annotated else hint.__args__[0]
    return qualifiers


def has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    if isinstance(field.default, FieldInfo):  # of a Pydantic dataclass
        return not field.default.is_required()
    return field.default is not missing or field.default_factory is not missing


def _strict_model(schema: type[BaseModel], name: str, *, is_state: bool) -> type[BaseModel]:
    """Return the author's model under another name; it refuses unknown keys unless it says not."""
    model = _with_messages(schema, name, _undescribable(schema) if is_state else None)
    if "extra" not in schema.model_config:
        model.model_config["extra"] = "forbid"
        model.model_rebuild(force=True)
    return model


def _undescribable(schema: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of a whole state that only nodes write, such as a client, undescribed."""
    try:
        TypeAdapter(schema).json_schema()
    except UNDESCRIBABLE:
        fields = schema.model_fields.items()
        return {
            key: (Annotated[field.annotation, WithJsonSchema({})], field)
            for key, field in fields
            if not _can_be_described(_hint_of(field))
        }
    return {}


def _can_be_described(hint: Any) -> bool:
    try:
        TypeAdapter(hint, config=None if _has_own_config(hint) else _CONFIG).json_schema()
    except UNDESCRIBABLE:
        return False
    return True


def _with_messages(
    schema: type[BaseModel], name: str, others: Mapping[str, Any] | None = None
) -> type[BaseModel]:
    """Return a model whose conversations take what `add_messages` takes."""
    conversations: dict[str, Any] = dict(others or {})
    for key, hint in hints_of(schema).items():
        if (form := form_of(hint)) is not None:
            kind = message_type(form, accepts_null=accepts_null(hint))
            conversations[key] = (kind, schema.model_fields[key])
    doc = schema.__doc__
    return create_model(
        name, __base__=schema, __doc__=doc, __module__=schema.__module__, **conversations
    )


def _typed_dict(name: str, fields: dict[str, Any], schema: Any) -> Any:
    make: Any = TypedDict  # for mypy: the fields are known at run time
    made = make(name, fields)
    made.__doc__ = schema.__doc__ if is_typeddict(schema) else None
    made.__module__ = getattr(schema, "__module__", __name__)
    made.__pydantic_config__ = _CONFIG
    return made


def _field(hint: Any) -> Any:
    """Return the type of one key; one that JSON cannot describe may be anything.

    LangGraph does not look at it either, and of a whole state it is what only nodes write.
    """
    if (form := form_of(hint)) is not None:
        return message_type(form, accepts_null=accepts_null(hint))
    hint = without(hint, *OF_A_KEY)
    return hint if _can_be_described(hint) else Any


def _has_own_config(hint: Any) -> bool:
    """Whether a type brings its configuration, which Pydantic then refuses to be given."""
    hint = without(hint, Annotated)
    return is_model(hint) or is_typeddict(hint) or dataclasses.is_dataclass(hint)


def _hint_of(field: FieldInfo) -> Any:
    """Return a model's field as an annotation."""
    hint: Any = field.annotation
    for item in field.metadata:
        hint = Annotated[hint, item]
    return hint


def _described(hint: Any, field: FieldInfo | None) -> Any:
    """Return a type with what a model's field says about it, but for alias and default."""
    if field is None:
        return hint
    shown = {
        name: getattr(field, name)
        for name in ("title", "description", "examples", "json_schema_extra", "deprecated")
        if getattr(field, name) is not None
    }
    return Annotated[hint, Field(**cast("Any", shown))] if shown else hint
