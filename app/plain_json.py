"""Anything as plain JSON: what crosses the wire must never fail to be written."""

from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json


def to_plain_json(value: Any, *, most_bytes: int | None = None) -> Any:
    """Return a value as JSON has it.

    NaN and infinities become null, bytes base64, and what JSON cannot say (an unknown object, a
    cycle, half a surrogate pair) its repr. A value larger than `most_bytes` is replaced by its size
    and its beginning.
    """
    text = _to_bytes(value)
    if most_bytes is None or len(text) <= most_bytes:
        return from_json(text)
    beginning = text[:2000].decode(errors="ignore")
    return {"truncated": True, "bytes": len(text), "beginning": beginning}


def _to_bytes(value: Any) -> bytes:
    try:
        return to_json(
            value, inf_nan_mode="null", bytes_mode="base64", fallback=repr, serialize_unknown=True
        )
    except (PydanticSerializationError, ValueError):
        return to_json(ascii(value))
