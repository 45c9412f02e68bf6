"""The JSON Schema that a question may bring for its answer: `{"question": …, "schema": {…}}`.

What is checked is what a form can show: types, choices, keys, items, lengths and limits. `pattern`,
`format` and all that is unknown are left to the node, which has the last word anyway.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.graphs.contracts.json_kinds import (
    IS_OF,
    are_texts,
    are_types,
    is_count,
    is_number,
    is_same,
)
from app.plain_json import json_bytes, short_repr

MOST_SCHEMA_BYTES = 16 * 1024
"""A larger schema is not used."""

_MOST_STEPS = 10_000
"""How much of a schema is compared with an answer: alternatives within each other multiply."""

Misfit = tuple[tuple[str | int, ...], str, Any]
"""Where an answer does not fit, why, and what stands there."""

_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")

_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")

_FORMS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "type": (are_types, "names no type"),
    "enum": (lambda value: isinstance(value, list) and bool(value), "is no list of values"),
    "required": (are_texts, "is no list of keys"),
    **dict.fromkeys(_COUNTS, (is_count, "is no count")),
    **dict.fromkeys(_LIMITS, (is_number, "is no number")),
    "$ref": (lambda value: isinstance(value, str), "is no text"),
}
"""What the value of a keyword must be, and what is said of another one."""

_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf")

_MAPS_OF_SCHEMAS = ("properties", "$defs")

_SCHEMAS = ("items", "additionalProperties")


def schema_beside(value: Any) -> dict[str, Any] | None:
    """Return the schema for the answer to a question; None where it brings none."""
    if isinstance(value, dict) and "question" in value and isinstance(value.get("schema"), dict):
        schema: dict[str, Any] = value["schema"]
        return schema
    return None


def why_no_schema(schema: Mapping[str, Any]) -> str | None:
    """Return why a schema cannot be used; None for one that can."""
    if (size := json_bytes(schema)) > MOST_SCHEMA_BYTES:
        return f"it has {size} bytes, more than {MOST_SCHEMA_BYTES}"
    return next(_faults(schema, schema, "schema"), None)


def misfits(schema: Mapping[str, Any], answer: Any) -> list[Misfit]:
    """Return where an answer does not fit a usable schema; nothing where it does."""
    return list(_Check(schema).of(schema, answer, (), frozenset()))


def _faults(schema: Any, root: Mapping[str, Any], place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{place} is no schema"
        return
    for key, (fits, fault) in _FORMS.items():
        if key in schema and not fits(schema[key]):
            yield f"{place}.{key} {fault}"
    if isinstance(ref := schema.get("$ref"), str) and _target(ref, root) is None:
        yield f"{place}.$ref leads nowhere: {short_repr(ref, 100)}"
    for inner_place, inner in _inside(schema, place):
        yield from _faults(inner, root, inner_place)


def _inside(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for key in _SCHEMAS:
        if key in schema:
            yield f"{place}.{key}", schema[key]
    for key in _LISTS_OF_SCHEMAS:
        if key in schema:
            inner = schema[key] if isinstance(schema[key], list) and schema[key] else [None]
            yield from ((f"{place}.{key}.{number}", one) for number, one in enumerate(inner))
    for key in _MAPS_OF_SCHEMAS:
        if key in schema:
            named = schema[key] if isinstance(schema[key], dict) else {"": None}
            yield from ((f"{place}.{key}.{name}".rstrip("."), one) for name, one in named.items())


def _target(ref: str, root: Mapping[str, Any]) -> Any:
    """Return the schema that a reference within the schema names."""
    if ref == "#":
        return root
    definitions = root.get("$defs")
    name = ref.removeprefix("#/$defs/")
    return definitions.get(name) if isinstance(definitions, dict) and name != ref else None


class _Check:
    """Compares an answer with a schema, as far as the steps suffice."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._left = _MOST_STEPS

    def of(
        self, schema: Any, value: Any, place: tuple[str | int, ...], refs: frozenset[str]
    ) -> Iterator[Misfit]:
        """Yield misfits; `refs` led here without going into the value."""
        self._left -= 1
        if self._left < 0 or schema is True:
            return
        if schema is False:
            yield place, "no value is allowed here", value
            return
        ref = schema.get("$ref")
        if ref is not None and ref not in refs:
            yield from self.of(_target(ref, self._root), value, place, refs | {ref})
        if said := _said_of(schema, value):
            yield place, said, value
            return
        yield from self._alternatives(schema, value, place, refs)
        if isinstance(value, dict):
            yield from self._keys(schema, value, place)
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                yield from self.of(schema["items"], item, (*place, number), frozenset())

    def _alternatives(
        self,
        schema: Mapping[str, Any],
        value: Any,
        place: tuple[str | int, ...],
        refs: frozenset[str],
    ) -> Iterator[Misfit]:
        for one in schema.get("allOf", ()):
            yield from self.of(one, value, place, refs)
        for key, most in (("anyOf", None), ("oneOf", 1)):
            if key in schema:
                tried = [list(self.of(one, value, place, refs)) for one in schema[key]]
                fitting = sum(not wrong for wrong in tried)
                if not fitting:
                    yield from (
                        tried[0]
                        if len(tried) == 1
                        else [(place, "Input should fit one of the alternatives", value)]
                    )
                elif most is not None and fitting > most:
                    yield place, "Input should fit one alternative alone", value

    def _keys(
        self, schema: Mapping[str, Any], value: Mapping[str, Any], place: tuple[str | int, ...]
    ) -> Iterator[Misfit]:
        for key in schema.get("required", ()):
            if key not in value:
                yield (*place, key), "Field required", value
        known = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        for key, item in value.items():
            if key not in known and other is False:
                yield (*place, key), "Extra inputs are not permitted", item
            else:
                yield from self.of(known.get(key, other), item, (*place, key), frozenset())


def _said_of(schema: Mapping[str, Any], value: Any) -> str | None:
    """Return what is wrong with a value itself, whatever is inside it."""
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(IS_OF[one](value) for one in types):
            return f"Input should be of type {' or '.join(types)}"
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices is not None and not any(is_same(value, one) for one in choices):
        return f"Input should be {' or '.join(short_repr(one, 60) for one in choices[:20])}"
    if isinstance(value, str):
        return _out_of(schema, len(value), "minLength", "maxLength", "characters")
    if isinstance(value, list):
        return _out_of(schema, len(value), "minItems", "maxItems", "items")
    if is_number(value):
        return _out_of_limits(schema, value)
    return None


def _out_of(schema: Mapping[str, Any], size: int, least: str, most: str, what: str) -> str | None:
    if size < schema.get(least, 0):
        return f"Input should have at least {schema[least]} {what}"
    if most in schema and size > schema[most]:
        return f"Input should have at most {schema[most]} {what}"
    return None


def _out_of_limits(schema: Mapping[str, Any], value: float) -> str | None:
    limits: Sequence[tuple[str, Callable[[Any], bool], str]] = (
        ("minimum", lambda limit: value >= limit, "at least"),
        ("maximum", lambda limit: value <= limit, "at most"),
        ("exclusiveMinimum", lambda limit: value > limit, "greater than"),
        ("exclusiveMaximum", lambda limit: value < limit, "less than"),
    )
    for key, fits, said in limits:
        if key in schema and not fits(schema[key]):
            return f"Input should be {said} {schema[key]}"
    return None
