"""Messages on the wire: what `add_messages` takes goes in, what a message dumps goes out."""

import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from langchain_core.messages import BaseMessage, convert_to_messages
from langgraph.graph.message import add_messages
from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import ReadOnly

Form = Literal["one", "many"]

_SAID: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object"}]}},
]

_CONTENT = {"anyOf": [*_SAID, {"type": "null"}]}

_MESSAGE_IN = {
    "type": "object",
    "title": "Message",
    "properties": {
        "role": {"type": "string", "examples": ["user"]},
        "type": {"type": "string", "description": "Instead of `role`: human, ai, tool, remove …"},
        "content": _CONTENT,
        "id": {"type": ["string", "null"]},
    },
    "required": ["content"],
}

_PAIR_IN = {
    "type": "array",
    "prefixItems": [{"type": "string"}, {"anyOf": _SAID}],
    "minItems": 2,
    "maxItems": 2,
}

_ONE_IN = {"anyOf": [_MESSAGE_IN, {"type": "string"}, _PAIR_IN]}

_MESSAGE_OUT = {
    "type": "object",
    "title": "MessageOutput",
    "description": "A LangChain message as `model_dump` writes it.",
    "properties": {
        "type": {"type": "string", "examples": ["ai"]},
        "content": _CONTENT,
        "id": {"type": ["string", "null"]},
    },
    "required": ["type", "content"],
}

OF_A_KEY = (Required, NotRequired, ReadOnly)
"""What a TypedDict says of a key around its type."""

_CONTAINERS = (list, tuple, Sequence, Collection, Iterable)


def _to_one(value: Any) -> BaseMessage:
    return _to_many([value])[0]


def _to_many(value: Any) -> list[BaseMessage]:
    """Return what `add_messages` makes of a value: one message, or a list of them."""
    if isinstance(value, tuple) and all(isinstance(item, BaseMessage) for item in value):
        value = list(value)  # of a node: JSON has no tuples
    try:
        return convert_to_messages(value if isinstance(value, list) else [value])
    except Exception as error:
        reason = str(error).partition("\nFor troubleshooting")[0]
        raise ValueError(f"not a message: {reason}") from error


_ONE = Annotated[
    Any,
    AfterValidator(_to_one),
    WithJsonSchema({"title": "Message", **_ONE_IN}, mode="validation"),
    WithJsonSchema(_MESSAGE_OUT, mode="serialization"),
]

_MANY = Annotated[
    Any,
    AfterValidator(_to_many),
    WithJsonSchema(
        {
            "title": "Messages",
            "anyOf": [{"type": "array", "items": _ONE_IN}, *_ONE_IN["anyOf"]],
            "examples": [[{"role": "user", "content": "What is a tide?"}]],
        },
        mode="validation",
    ),
    WithJsonSchema(
        {"title": "Messages", "type": "array", "items": _MESSAGE_OUT}, mode="serialization"
    ),
]

_TYPES: dict[Form, Any] = {"one": _ONE, "many": _MANY}

_CONVERTERS: dict[Form, Callable[[Any], Any]] = {"one": _to_one, "many": _to_many}


def form_of(hint: Any) -> Form | None:
    """Return whether an annotation holds one message or many; None where it holds none."""
    if is_reduced(hint):
        return "many"
    bare = _bare(hint)
    if _is_message(bare):
        return "one"
    arguments = [argument for argument in get_args(bare) if argument is not Ellipsis]
    is_container = get_origin(bare) in _CONTAINERS and bool(arguments)
    return "many" if is_container and all(map(_is_message, arguments)) else None


def is_reduced(hint: Any) -> bool:
    """Whether `add_messages` makes messages of what is written to a key."""
    metadata = getattr(without(hint, *OF_A_KEY), "__metadata__", ())
    return any(getattr(item, "func", item) is add_messages for item in metadata)


def message_type(form: Form, *, accepts_null: bool = False) -> Any:
    """Return the type that checks one message or many as `add_messages` takes them."""
    return _TYPES[form] | None if accepts_null else _TYPES[form]


def accepts_null(hint: Any) -> bool:
    """Whether an annotation of messages also allows null."""
    return type(None) in get_args(without(hint, Annotated, *OF_A_KEY))


def unreduced_messages(hints: Mapping[str, Any]) -> dict[str, Form]:
    """Return the keys that hold messages and whose reducer does not make objects of them."""
    forms = {key: form_of(hint) for key, hint in hints.items() if not is_reduced(hint)}
    return {key: form for key, form in forms.items() if form is not None}


def make_messages(state: Any, forms: Mapping[str, Form]) -> Any:
    """Return a state with message objects under these keys, changed in place; null stays null."""
    for key, form in forms.items():
        if isinstance(state, dict) and state.get(key) is not None:
            state[key] = _CONVERTERS[form](state[key])
    return state


def without(hint: Any, *around: Any) -> Any:
    """Return an annotation without these that stand around it, in any order."""
    while get_origin(hint) in around:
        hint = get_args(hint)[0]
    return hint


def _bare(hint: Any) -> Any:
    """Return an annotation without what stands around its type, null included."""
    hint = without(hint, Annotated, *OF_A_KEY)
    if get_origin(hint) in (Union, types.UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        if len(members) == 1:
            return _bare(members[0])
    return hint


def _is_message(hint: Any) -> bool:
    bare = _bare(hint)
    if get_origin(bare) in (Union, types.UnionType):
        return all(map(_is_message, get_args(bare)))
    return isinstance(bare, type) and issubclass(bare, BaseMessage)
