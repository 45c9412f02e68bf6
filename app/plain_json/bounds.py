"""What JSON from outside may hold: how deeply it is nested, and how large its numbers are."""

import json
import math
import re
import sys
from collections.abc import Iterator
from typing import Any

from app.errors import InvalidInput

_DEEPEST = 100
"""Levels of lists and objects in one value; answers are written to half as many more."""

_MOST_DIGITS = sys.int_info.default_max_str_digits
"""Of an integer; Python reads and writes no longer one."""

_NOT_FINITE = "NaN and infinities are not JSON: send a number or null"
_TOO_DEEP = f"nested deeper than {_DEEPEST} levels"
_TOO_LONG = f"an integer of more than {_MOST_DIGITS} digits: send it as a string"

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
    if not _is_bounded(value, _DEEPEST):
        for where, message in _out_of_bounds(value, place, 0):
            raise InvalidInput.at(where, message)


def require_bounded_text(text: str) -> None:
    """Check a JSON object that a parser refused: it may be too deep for it, or an integer too long.

    Raises:
        InvalidInput: it is; the problem names the place.
    """
    for path, message in _out_of_bounds_in_text(text):
        raise InvalidInput.at(".".join(map(str, path)) or "body", message)


def _is_bounded(value: Any, levels: int) -> bool:
    """Look through a value quickly, without its places."""
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    if kind is not dict and kind is not list:
        return True
    for item in value.values() if kind is dict else value:
        kind = type(item)
        if (kind is float or kind is dict or kind is list) and not _is_bounded(item, levels - 1):
            return False
    return levels > 0


def _out_of_bounds(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    match value:
        case float() if not math.isfinite(value):
            yield place, _NOT_FINITE
        case dict() | list() if depth >= _DEEPEST:
            yield place, _TOO_DEEP
        case dict():
            for key, item in value.items():
                yield from _out_of_bounds(item, f"{place}.{key}", depth + 1)
        case list():
            for number, item in enumerate(value):
                yield from _out_of_bounds(item, f"{place}.{number}", depth + 1)


def _out_of_bounds_in_text(text: str) -> Iterator[tuple[list[str | int], str]]:
    """Yield where an object or list is too deep, or an integer too long; the path leads there."""
    path: list[str | int] = []
    last_text = '""'
    for token in _TOKEN.finditer(text):
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
