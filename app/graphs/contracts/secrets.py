"""Which keys of a schema hold secrets, so that an error does not show what was sent for them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

MASK = "**********"
"""As Pydantic shows a secret."""


def secret_keys(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of all keys, at any depth, that a JSON Schema declares as secrets."""
    return frozenset(_secret_keys(schema))


def masked(value: Any, keys: Collection[str]) -> Any:
    """Return a JSON value with a mask in place of what these keys hold."""
    if isinstance(value, dict):
        return {key: MASK if key in keys else masked(item, keys) for key, item in value.items()}
    return [masked(item, keys) for item in value] if isinstance(value, list) else value


def _secret_keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _secret_keys(item)
    elif isinstance(schema, Mapping):
        for key, item in schema.get("properties", {}).items():
            if _is_secret(item):
                yield key
        for item in schema.values():
            yield from _secret_keys(item)


def _is_secret(schema: Mapping[str, Any]) -> bool:
    """Whether a value is, holds or may be text of the format `password`."""
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("prefixItems", ())]
    inner += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    is_one = schema.get("format") == "password"
    return is_one or any(_is_secret(one) for one in inner if isinstance(one, Mapping))
