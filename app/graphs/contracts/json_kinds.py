"""The types of JSON values, by the names that JSON Schema gives them."""

from collections.abc import Callable, Mapping
from typing import Any


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: in Python 1 equals True."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def are_types(value: Any) -> bool:
    """Whether a value is the name of a type, or a list of such names."""
    names = [value] if isinstance(value, str) else value
    return are_texts(names) and bool(names) and set(names) <= IS_OF.keys()


IS_OF: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
"""Whether a JSON value is of a type; 1.0 is an integer."""
