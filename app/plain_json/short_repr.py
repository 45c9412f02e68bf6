"""The beginning of what a value looks like, however large the value is."""

from typing import Any

from app.plain_json.text import shortened


def short_repr(value: Any, most: int) -> str:
    """Return so many characters of a JSON value's repr; the rest of the value is not read."""
    return shortened(repr(beginning_of(value, most)), most)


def beginning_of(value: Any, most: int) -> Any:
    """Return the part of a JSON value that so many characters of its repr may show."""
    return _beginning(value, most + 1, [most + 1])


def _beginning(value: Any, most: int, left: list[int]) -> Any:
    """Return a beginning of a value; `left` holds how many more values may be in it."""
    left[0] -= 1
    kind = type(value)
    if kind is str or kind is bytes:
        return value[:most]
    if kind is list:
        return [_beginning(item, most, left) for item in value[:most] if left[0] > 0]
    if kind is dict:
        read = {}
        for key, item in value.items():
            if left[0] <= 0:
                break
            read[key[:most] if type(key) is str else key] = _beginning(item, most, left)
        return read
    return value
