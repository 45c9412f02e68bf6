"""JSON pointers (RFC 6901): the part of a value, or of the schema of that value, that one names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)

_ALTERNATIVES = ("anyOf", "oneOf", "allOf")


def steps_of(pointer: str) -> list[str]:
    """Return the steps of a pointer; none for the value as a whole."""
    return [
        step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:] if pointer
    ]


def value_at(value: Any, steps: Sequence[str]) -> Any:
    """Return the part of a JSON value.

    Raises:
        LookupError: there is none; its argument is how many steps lead somewhere.
    """
    for number, step in enumerate(steps):
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if _INDEX.fullmatch(step) and len(step) < 10 and int(step) < len(value):
                value = value[int(step)]
            case _:
                raise LookupError(number)
    return value


def schemas_at(schema: Mapping[str, Any], steps: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return every schema that a JSON Schema has for a part of its value."""
    definitions = schema.get("$defs", {})
    here = list(_plain(schema, definitions))
    for step in steps:
        inner = [one for outer in here for one in _inside(outer, step)]
        here = [plain for one in inner for plain in _plain(one, definitions)]
    return here


def _inside(schema: Mapping[str, Any], step: str) -> Iterator[Mapping[str, Any]]:
    candidates = [schema.get("properties", {}).get(step)]
    if candidates == [None]:
        candidates.append(schema.get("additionalProperties"))
    if _INDEX.fullmatch(step):
        first = schema.get("prefixItems", [])
        is_first = len(step) < 10 and int(step) < len(first)
        candidates.append(first[int(step)] if is_first else schema.get("items"))
    yield from (one for one in candidates if isinstance(one, dict))


def _plain(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], seen: frozenset[str] = frozenset()
) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those it refers to or chooses between, each reference once on its way."""
    yield schema
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name not in seen and isinstance(target := definitions.get(name), dict):
        yield from _plain(target, definitions, seen | {name})
    for key in _ALTERNATIVES:
        for one in schema.get(key, ()):
            if isinstance(one, dict):
                yield from _plain(one, definitions, seen)
