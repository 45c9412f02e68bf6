"""Which keys of a schema hold secrets, so that an error does not show what was sent for them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

MASK = "**********"
"""As Pydantic shows a secret."""


def secret_keys(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of all keys, at any depth, that a JSON Schema declares as secrets."""
    return frozenset(_secret_keys(schema, schema.get("$defs", {})))


def masked(value: Any, keys: Collection[str]) -> Any:
    """Return a JSON value with a mask in place of what these keys hold."""
    if isinstance(value, dict):
        return {key: MASK if key in keys else masked(item, keys) for key, item in value.items()}
    return [masked(item, keys) for item in value] if isinstance(value, list) else value


def _secret_keys(schema: Any, named: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _secret_keys(item, named)
    elif isinstance(schema, Mapping):
        for key, item in schema.get("properties", {}).items():
            if _is_secret(item, named):
                yield key
        for item in schema.values():
            yield from _secret_keys(item, named)


def _is_secret(
    schema: Mapping[str, Any], named: Mapping[str, Any], followed: frozenset[str] = frozenset()
) -> bool:
    """Whether a value is, holds or may be text of the format `password`.

    A type with a name stands among the `named` ones; those that are `followed` may be recursive.
    """
    if isinstance(ref := schema.get("$ref"), str):
        meant = named.get(ref.rpartition("/")[2])
        if meant is None or ref in followed:
            return False
        return _is_secret(meant, named, followed | {ref})
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("prefixItems", ())]
    inner += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    is_one = schema.get("format") == "password"
    return is_one or any(
        _is_secret(one, named, followed) for one in inner if isinstance(one, Mapping)
    )
