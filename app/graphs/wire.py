"""What passes between the kit and the service (docs/wire)."""

from collections.abc import Mapping
from typing import Any

from langgraph.graph._node import StateNodeSpec

Spec = StateNodeSpec[Any, Any]

_RESERVED = "fanjoin_"
_OUTCOMES_KEY = "fanjoin_outcomes"
_ROUND_KEY = "fanjoin_round"
_ROW_KEY = "fanjoin_row"
"""What the kit adds to a branch's writes (docs/wire); not part of the result."""

_RETRACTED = object()
"""A tag alone: the branch wrote nothing this time, and what it wrote before is removed."""


def reserved_key(values: Mapping[str, Any]) -> str | None:
    """Return where values from outside have a key that is the kit's: of the state, or as a tag."""
    for key, value in values.items():
        if key.startswith(_RESERVED):
            return key
        if type(value) is dict:
            for tag in value:
                if tag.startswith(_RESERVED):
                    return f"{key}.{tag}"
    return None


def own_writes(writes: Any) -> Any:
    """Return what a node wrote without what the kit added."""
    if not isinstance(writes, dict):
        return writes
    untagged = {key: _without_tag(value) for key, value in writes.items() if key != _OUTCOMES_KEY}
    return {key: value for key, value in untagged.items() if value is not _RETRACTED}


def _without_tag(value: Any) -> Any:
    if not isinstance(value, dict) or _ROUND_KEY not in value:
        return value
    if _ROW_KEY in value:
        return value[_ROW_KEY]
    own = {key: item for key, item in value.items() if key != _ROUND_KEY}
    return own or _RETRACTED


def mark_of(spec: Spec) -> Mapping[str, Any]:
    """Return what the kit says of a node it added (docs/wire), or nothing."""
    mark = (spec.metadata or {}).get("fanjoin")
    return mark if isinstance(mark, Mapping) else {}
