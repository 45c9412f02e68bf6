"""Anything as plain JSON: what crosses the wire must never fail to be written."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, from_json, to_json

_DEEPEST = 50


def to_plain_json(value: Any, *, most_bytes: int | None = None) -> Any:
    """Return a value as JSON has it.

    NaN and infinities become null, bytes base64, half a surrogate pair a question mark, and what
    JSON cannot say (an unknown object, a cycle) its repr. A value larger than `most_bytes` is
    replaced by its size and its beginning.
    """
    text = _to_bytes(value)
    if most_bytes is None or len(text) <= most_bytes:
        return from_json(text)
    beginning = text[:2000].decode(errors="ignore")
    return {"truncated": True, "bytes": len(text), "beginning": beginning}


def clean_text(text: str) -> str:
    """Return a text that UTF-8 can hold."""
    return text.encode(errors="replace").decode()


def _to_bytes(value: Any) -> bytes:
    try:
        return _write(value)
    except (PydanticSerializationError, ValueError):
        return _write(_repaired(value))


def _write(value: Any) -> bytes:
    return to_json(
        value, inf_nan_mode="null", bytes_mode="base64", fallback=repr, serialize_unknown=True
    )


def _repaired(value: Any, depth: int = 0) -> Any:
    """Return a value with only those parts changed that JSON cannot hold."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _repaired(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_repaired(item, depth + 1) for item in value]
    try:
        _write(value)
    except (PydanticSerializationError, ValueError):
        return ascii(value)
    return value


class AmbiguousKeys(ValueError):
    """Two keys would become one."""


as_json = to_plain_json
