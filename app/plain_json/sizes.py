"""How large a value is as JSON, and what stands in place of one that is left out."""

from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from app.plain_json.faithful import as_json

MOST_REPORT_BYTES = 1024 * 1024
"""Of a run's report in all, and of what its events say of branches that ended."""


def json_bytes(value: Any) -> int:
    """Return how many bytes a value has as JSON."""
    try:
        return len(to_json(value))
    except (PydanticSerializationError, ValueError):
        return len(to_json(as_json(value)))


def left_out(value: Any) -> dict[str, Any]:
    """Return what stands in place of a shown value: its size alone.

    It has the form of a value that is truncated, with nothing of its beginning.
    """
    return {"truncated": True, "bytes": _size_of(value), "beginning": ""}


def _size_of(value: Any) -> int | None:
    if isinstance(value, dict) and value.keys() == {"truncated", "bytes", "beginning"}:
        size: int | None = value["bytes"]
        return size
    return json_bytes(value)
