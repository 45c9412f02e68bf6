"""Validation of JSON that accepts what the published schema says, and nothing that is like it."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from app.garbage import uncollected

_OF_ANOTHER_TYPE = frozenset(
    ("int_type", "float_type", "bool_type", "string_type", "list_type", "dict_type")
)
"""What strictness alone finds wrong with a JSON value that is of another type than published."""

_WRITTEN_AS_TEXT = frozenset(
    ("date_type", "datetime_type", "time_type", "time_delta_type", "bytes_type")
)
"""What JSON writes as text: strictness is wrong about text, and right about anything else."""

_IN_ANY_MODE = frozenset(("missing", "extra_forbidden", "json_invalid"))
"""What another mode finds wrong, too: a large body need not be read again."""


class DoesNotFit(ValueError):
    """JSON is not what a type accepts; `errors` are Pydantic's, with `loc`, `msg` and `input`."""

    def __init__(self, errors: Sequence[ErrorDetails]) -> None:
        super().__init__(f"{len(errors)} places do not fit")
        self.errors = errors


def validate_json(adapter: TypeAdapter[Any], text: bytes) -> Any:
    """Return what a type makes of JSON text.

    Pydantic's strict mode reads a date from JSON as text, but not behind an author's `before` or
    `wrap` validator, which gets Python values. What strict mode refuses for that alone is accepted.

    Raises:
        DoesNotFit: the JSON is not valid, or of another type than the schema's.
        Exception: whatever an author's validator raises besides ValueError and AssertionError.
    """
    with uncollected():
        return _validated(adapter, text)


def _validated(adapter: TypeAdapter[Any], text: bytes) -> Any:
    try:
        return adapter.validate_json(text, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
    strict_places = {one["loc"] for one in wrong if _is_of_another_type(one)}
    if all(one["type"] in _IN_ANY_MODE or _is_of_another_type(one) for one in wrong):
        raise DoesNotFit(wrong)
    try:
        accepted = adapter.validate_json(text, strict=False)
    except ValidationError as error:
        also = error.errors(include_url=False)
        places = {one["loc"] for one in also} | strict_places
        raise DoesNotFit([one for one in wrong if one["loc"] in places] or also) from error
    if strict_places:
        raise DoesNotFit([one for one in wrong if one["loc"] in strict_places])
    return accepted


def copy_of(value: Any) -> Any:
    """Return an equal JSON value that shares nothing with this one."""
    return from_json(to_json(value))


def _is_of_another_type(wrong: ErrorDetails) -> bool:
    kind, given = wrong["type"], wrong["input"]
    if kind == "int_type" and isinstance(given, float) and given.is_integer():
        return False  # JSON Schema counts 1.0 as an integer
    is_no_text = kind in _WRITTEN_AS_TEXT and not isinstance(given, str)
    return is_no_text or kind in _OF_ANOTHER_TYPE
