"""What JSON from outside may hold: how deeply it is nested, and how large its numbers are."""

import json
import math
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.errors import InvalidInput

_DEEPEST = 100
"""Levels of lists and objects in one value; answers are written to half as many more."""

_MOST_DIGITS = sys.int_info.default_max_str_digits
"""Of an integer; Python reads and writes no longer one."""

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
"""Integers of a checkpoint: msgpack has no others."""

_NOT_FINITE = "NaN and infinities are not JSON: send a number or null"
_TOO_DEEP = f"nested deeper than {_DEEPEST} levels"
_TOO_LONG = f"an integer of more than {_MOST_DIGITS} digits: send it as a string"

_NOT_STORABLE = "an integer beyond 64 bits, which no checkpoint can hold: send it as a string"
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)

_MOST_TOKENS = 20_000
"""So many are looked through for a place: 20 ms."""

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*+"?)|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<sign>[][{},:])', re.DOTALL
)
"""Text without an end is a token, too: each character is read once."""


def require_bounded(value: Any, place: str) -> None:
    """Check the depth and the numbers of a JSON value.

    Raises:
        InvalidInput: a list or object is nested too deeply, or a number is not finite; the problem
            names the place.
    """
    if not _is_bounded(value, _DEEPEST) and (outside := _out_of_bounds(value, _DEEPEST)):
        path, message = outside
        raise InvalidInput.at(".".join([place, *reversed(path)]), message)


def require_few_values(text: bytes, most: int) -> None:
    """Check how many values a JSON text has, before a parser makes objects of them.

    Raises:
        InvalidInput: it has more, or is too deep.
    """
    if _values_in(text) <= most:
        return
    number = _values_in(_TEXT.sub(b"", text))
    if number > most:
        require_bounded_text(text.decode())  # the depth may be what is wrong, and has a place
        message = f"{number} values, and at most {most} are allowed (FANJOIN_MAX_BODY_VALUES)"
        raise InvalidInput.at("body", message)


def require_storable(value: Any, place: str) -> None:
    """Check that a checkpoint can hold a bounded JSON value: all of it but large integers.

    Raises:
        InvalidInput: an integer is beyond 64 bits; the problem names the place.
    """
    if not _is_storable(value):
        where = next(_not_storable(value, place), place)
        raise InvalidInput.at(where, _NOT_STORABLE)


def require_bounded_text(text: str, refusal: Exception | None = None) -> None:
    """Check a JSON object that a parser refused: it may be too deep for it, or an integer too long.

    Raises:
        InvalidInput: it is; the problem names the place, or the body where that is far in it and
            Python's parser raised this `refusal`.
    """
    for path, message in _out_of_bounds_in_text(text):
        raise InvalidInput.at(".".join(map(str, path)) or "body", message)
    if refusal is not None:
        message = _TOO_DEEP if isinstance(refusal, RecursionError) else _TOO_LONG
        raise InvalidInput.at("body", message)


def _values_in(text: bytes) -> int:
    """Return the most values that a text can have: each is the first, or after one of these."""
    return 1 + sum(map(text.count, (b",", b"[", b"{")))


def _is_bounded(value: Any, levels: int) -> bool:
    """Look through a value quickly, without its places."""
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    if kind is not dict and kind is not list:
        return True
    if levels <= 0:
        return False
    for item in value.values() if kind is dict else value:
        kind = type(item)
        if kind is float:
            if not math.isfinite(item):
                return False
        elif kind is not dict and kind is not list:
            continue
        elif (item or levels == 1) and not _is_bounded(item, levels - 1):
            return False  # an empty one costs no call
    return True


def _is_storable(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        return all(map(_is_storable, value.values()))
    if kind is list:
        return all(map(_is_storable, value))
    return kind is not int or _SMALLEST <= value <= _LARGEST


def _not_storable(value: Any, place: str) -> Iterator[str]:
    match value:
        case int() if not _is_storable(value):
            yield place
        case dict():
            for key, item in value.items():
                yield from _not_storable(item, f"{place}.{key}")
        case list():
            for number, item in enumerate(value):
                yield from _not_storable(item, f"{place}.{number}")


def _out_of_bounds(value: Any, levels: int) -> tuple[list[str], str] | None:
    """Return the path, from its end, to what is out of bounds; it is built where it is needed."""
    kind = type(value)
    if kind is float:
        return None if math.isfinite(value) else ([], _NOT_FINITE)
    if kind is not dict and kind is not list:
        return None
    if levels <= 0:
        return [], _TOO_DEEP
    for key, item in value.items() if kind is dict else enumerate(value):
        if outside := _out_of_bounds(item, levels - 1):
            outside[0].append(str(key))
            return outside
    return None


def _out_of_bounds_in_text(text: str) -> Iterator[tuple[list[str | int], str]]:
    """Yield where an object or list is too deep, or an integer too long; the path leads there."""
    path: list[str | int] = []
    last_text = '""'
    for token in islice(_TOKEN.finditer(text), _MOST_TOKENS):
        match token.lastgroup, token.group():
            case "text", last_text:
                pass
            case "number", number if _is_too_long(number.lstrip("-")):
                yield path, _TOO_LONG
            case _, "{" | "[" if len(path) > _DEEPEST:
                yield path, _TOO_DEEP
            case _, "{":
                path.append("")
            case _, "[":
                path.append(0)
            case _, "}" | "]" if path:
                path.pop()
            case _, ":" if path:
                path[-1] = _unquoted(last_text)
            case _, "," if path and isinstance(path[-1], int):
                path[-1] += 1


def _is_too_long(number: str) -> bool:
    return number.isdigit() and len(number) > _MOST_DIGITS


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
