"""What passes between the kit and the service (docs/wire)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from langgraph.graph._node import StateNodeSpec
from langgraph.graph.state import CompiledStateGraph, StateGraph
from langgraph.pregel._utils import find_subgraph_pregel

Spec = StateNodeSpec[Any, Any]

_OUTCOMES_KEY = "fanjoin_outcomes"
_ROUND_KEY = "fanjoin_round"
_ROW_KEY = "fanjoin_row"
"""What the kit adds to a branch's writes (docs/wire); not part of the result."""

_ITEM_KEY = "fanjoin_item"
"""What the input of a branch's task over items consists of (docs/wire)."""

_RETRACTED = object()
"""A tag alone: the branch wrote nothing this time, and what it wrote before is removed."""


_OF_ONE_VALUE = frozenset({"__root__", "__return__", "__end__"})
"""Under what LangGraph reports a state that is one value, what a task returns and an entrypoint."""

_TAGS = (_ROUND_KEY, _ROW_KEY)

_TAGGED = "results_by_round"
"""The attribute `fanjoin` of a channel whose writes may carry a tag."""

_OVERWRITE = "__overwrite__"
"""LangGraph's `Overwrite` in JSON: `{"__overwrite__": …}`, or `{"type": it, "value": …}`."""


def tagged_keys(declared: object) -> frozenset[str]:
    """Return the keys whose channels read tags, those of sub-graphs included.

    Only a StateGraph may have some.
    """
    return frozenset(_tagged_keys(declared) if isinstance(declared, StateGraph) else ())


def _tagged_keys(builder: StateGraph[Any, Any, Any, Any]) -> Iterator[str]:
    for key, channel in builder.channels.items():
        if getattr(channel, "fanjoin", None) == _TAGGED:
            yield key
    for spec in builder.nodes.values():
        runnable: Any = spec.runnable
        inner = find_subgraph_pregel(runnable)
        if isinstance(inner, CompiledStateGraph):
            yield from _tagged_keys(inner.builder)


def reserved_key(values: Mapping[str, Any], tagged: Collection[str]) -> str | None:
    """Return where values from outside have a key that is the kit's: of the state, or as a tag.

    A tag is one under the `tagged` keys alone, also within the forms of LangGraph's `Overwrite`.
    """
    if _OUTCOMES_KEY in values:
        return _OUTCOMES_KEY
    places = (_tag_in(values[key], key) for key in tagged if key in values)
    return next(filter(None, places), None)


def _tag_in(value: Any, place: str) -> str | None:
    while isinstance(value, dict):
        if (tag := next((tag for tag in _TAGS if tag in value), None)) is not None:
            return f"{place}.{tag}"
        if _OVERWRITE in value:
            value, place = value[_OVERWRITE], f"{place}.{_OVERWRITE}"
        elif value.get("type") == _OVERWRITE and "value" in value:
            value, place = value["value"], f"{place}.value"
        else:
            return None
    return None


def own_writes(writes: Any) -> Any:
    """Return what a node wrote, without what the kit added and LangGraph puts around one value."""
    if not isinstance(writes, dict):
        return writes
    if len(writes) == 1 and (name := next(iter(writes))) in _OF_ONE_VALUE:
        return writes[name]
    untagged = {key: _without_tag(value) for key, value in writes.items() if key != _OUTCOMES_KEY}
    return {key: value for key, value in untagged.items() if value is not _RETRACTED}


def _without_tag(value: Any) -> Any:
    if not isinstance(value, dict) or _ROUND_KEY not in value:
        return value
    if _ROW_KEY in value:
        return value[_ROW_KEY]
    own = {key: item for key, item in value.items() if key != _ROUND_KEY}
    return own or _RETRACTED


class Item(NamedTuple):
    """One item of a branch over items; no place for the one task of an empty list."""

    place: int | None
    label: str | None


def item_of(given: Any) -> Item | None:
    """Return which item a task's input is; None for the input of any other node."""
    item = given.get(_ITEM_KEY) if type(given) is dict else None
    if type(item) is not dict:
        return None
    return Item(item["index"] if item["of"] else None, item.get("label"))


def mark_of(spec: Spec) -> Mapping[str, Any]:
    """Return what the kit says of a node it added (docs/wire), or nothing."""
    mark = (spec.metadata or {}).get("fanjoin")
    return mark if isinstance(mark, Mapping) else {}
