"""A value as JSON, whole: what an answer, the state of a thread or a stored request holds.

In Python, with what is common first: about as fast as writing JSON text and reading it again.
orjson would be faster, but it runs the code of enums while it reads, and ends the process where
that raises or where lists are nested deeply; pydantic_core's `to_json` consumes iterators.
"""

from contextlib import suppress
from typing import Any

from pydantic_core import to_json

from app.errors import AmbiguousKeys
from app.plain_json.copies import NotPlain, copy_plain
from app.plain_json.keys import key_text
from app.plain_json.parts import open_unknown, open_value

DEEPEST = 150

_CONTAINERS = (dict, list)

_SETS = (set, frozenset)

_TRIED = 3
"""So many levels deep, parts of a value that has more in it may still be copied whole."""

CUT = "…"
"""What stands for a part that is too deep, or that contains itself."""


def as_json(value: Any) -> Any:
    """Return a value faithfully as JSON values, independent of the value itself.

    Messages, models and dataclasses become their fields by name, those of a subclass included; sets
    are sorted; bytes are base64, NaN and infinity null, half a surrogate pair a question mark. An
    iterator becomes the name of its type and is not advanced; another unknown object its repr, up
    to 200 characters. What lies deeper than 150 levels is cut, and so is a cycle.

    Raises:
        AmbiguousKeys: a dict has keys that would become one key, such as 1 and "1".
    """
    with suppress(NotPlain, RuntimeError):  # or another thread changes it meanwhile
        return copy_plain(value, DEEPEST)
    try:
        return _write(value, 0, set())
    except _Clash as clash:
        place = ".".join(map(str, reversed(clash.place))) or "the value"
        raise AmbiguousKeys(f"{place}: {clash}") from None


class _Clash(Exception):
    """Two keys with one text; each container on the way out adds its place."""

    def __init__(self, text: str, one: Any, other: Any) -> None:
        first, second = open_unknown(one), open_unknown(other)
        super().__init__(
            f"the keys {first} and {second} would both become {text!r} in JSON: use keys whose "
            f"text differs"
        )
        self.place: list[Any] = []


def _write(value: Any, depth: int, around: set[int]) -> Any:
    """Write a value; `around` has the ids of what it lies in."""
    kind = type(value)
    opened = value if kind is dict or kind is list else open_value(value)
    if not isinstance(opened, _CONTAINERS):
        return opened
    if depth >= DEEPEST or id(value) in around:
        return CUT
    is_set = issubclass(kind, _SETS)
    if not is_set and (opened is not value or depth < _TRIED):
        with suppress(NotPlain):
            return copy_plain(opened, DEEPEST - depth)
    around.add(id(value))
    if isinstance(opened, dict):
        written: Any = _write_dict(opened, depth + 1, around)
    else:
        written = _write_list(opened, depth + 1, around)
    around.discard(id(value))
    return sorted(written, key=_order) if is_set else written


def _write_list(items: list[Any], depth: int, around: set[int]) -> list[Any]:
    written: list[Any] = []
    try:
        for item in items:
            written.append(_write(item, depth, around))  # noqa: PERF401  # its length is the place
    except _Clash as clash:
        clash.place.append(len(written))
        raise
    return written


def _write_dict(entries: dict[Any, Any], depth: int, around: set[int]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    has_other_keys = False
    for key, item in entries.copy().items():  # foreign code may change it meanwhile
        if type(key) is str and key.isascii():
            text = key
        else:
            text, has_other_keys = key_text(key), True
        if has_other_keys and text in written:
            raise _Clash(text, _key_of(text, entries), key)
        try:
            written[text] = _write(item, depth, around)
        except _Clash as clash:
            clash.place.append(text)
            raise
    return written


def _key_of(text: str, entries: dict[Any, Any]) -> Any:
    """Return the first key that has this text."""
    return next((key for key in entries.copy() if key_text(key) == text), text)


def _order(item: Any) -> tuple[int, Any]:
    """Sort what a set holds: numbers, then texts, then the rest by its JSON."""
    if isinstance(item, int | float):
        return 0, item
    return (1, item) if isinstance(item, str) else (2, to_json(item))
