"""A value as a report, an event or a log line shows it: bounded in size, depth and time."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pydantic_core import to_json

from app.plain_json.copies import NotPlain, copy_plain
from app.plain_json.faithful import CUT, DEEPEST
from app.plain_json.keys import key_text
from app.plain_json.parts import open_value
from app.plain_json.text import type_name

_BEGINNING_BYTES = 2000

_MEASURED = 4
"""So many times the bound is read of a value, to say how large it is."""

_MOST_PER_CHARACTER = 6
"""Bytes in JSON text: a control character is written as `\\u0000`."""

_SCALARS = frozenset({bool, float, type(None)})

_WORD = 2**63

_BUILT_IN = (list, tuple, dict)


def shown(value: Any, most_bytes: int) -> Any:
    """Return a value as JSON values of at most so many bytes; never raise, whatever the value does.

    A larger one is replaced by its size and its beginning: `{"truncated": true, "bytes": …,
    "beginning": …}`. `bytes` is null where the value is so large that it was not read to its end.
    """
    budget = _MEASURED * most_bytes
    left = _count(value, budget)
    if left is not None and left >= 0:
        with suppress(NotPlain, RuntimeError):  # or another thread changes it meanwhile
            return _bounded(copy_plain(value, DEEPEST), budget - left, most_bytes)
    walk = _Walk(_BEGINNING_BYTES if left is not None and left < 0 else most_bytes)
    try:
        written = walk.write(value, 0)
        if walk.left < 0:
            return _cut(to_json(written), None)
        return _bounded(written, most_bytes - walk.left, most_bytes)
    except BaseException:  # noqa: BLE001  # the value's own code may end in anything
        return type_name(value)


def _bounded(written: Any, characters: int, most_bytes: int) -> Any:
    if characters * _MOST_PER_CHARACTER <= most_bytes:
        return written
    text = to_json(written)
    return written if len(text) <= most_bytes else _cut(text, len(text))


def _cut(text: bytes, size: int | None) -> dict[str, Any]:
    beginning = text[:_BEGINNING_BYTES].decode(errors="ignore")
    return {"truncated": True, "bytes": size, "beginning": beginning}


def _count(value: Any, left: int, levels: int = DEEPEST) -> int | None:
    """Return what a value leaves of a budget of characters, negative if more.

    None where there is more in it than lists, dicts and scalars, or it is too deep.
    """
    kind = type(value)
    if kind is not dict and kind is not list:
        return None
    if len(value) > left:
        return -1
    if kind is dict:
        for key in value:
            if type(key) is not str:
                return None
            left -= len(key)
        value = value.values()
    return _count_items(value, left, levels - 1) if levels else None


def _count_items(items: Iterable[Any], left: int, levels: int) -> int | None:
    for item in items:
        kind = type(item)
        if kind is str:
            left -= len(item)
        elif kind is dict or kind is list:
            inner = _count(item, left, levels)
            if inner is None:
                return None
            left = inner
        elif kind not in _SCALARS and not (kind is int and -_WORD < item < _WORD):
            return None
        left -= 5
        if left < 0:
            return left
    return left


class _Walk:
    """Writes a value part by part, and stops where its budget of characters is spent."""

    def __init__(self, budget: int) -> None:
        self.left = budget
        """Negative once something is left out."""

        self._around: set[int] = set()
        """The ids of what the current part lies in."""

    def write(self, value: Any, depth: int) -> Any:
        opened: Any = value
        if type(value) not in _BUILT_IN:
            opened = open_value(value, max(self.left, 0) + 1)
        if not isinstance(opened, _BUILT_IN):
            self.left -= 2 + (len(opened) if isinstance(opened, str) else len(repr(opened)))
            return opened
        if id(value) in self._around or depth >= DEEPEST:
            self.left -= 3
            return CUT
        self._around.add(id(value))
        self.left -= 2
        write: Any = self._dict if isinstance(opened, dict) else self._list
        written = write(opened, depth + 1)
        self._around.discard(id(value))
        return written

    def _list(self, items: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        written: list[Any] = []
        for item in items:
            if self.left < 0:
                break
            self.left -= 1
            written.append(self.write(item, depth))
        return written

    def _dict(self, entries: dict[Any, Any], depth: int) -> dict[str, Any]:
        written: dict[str, Any] = {}
        try:
            for key, item in entries.items():
                if self.left < 0:
                    break
                text = key if type(key) is str and key.isascii() else key_text(key)
                while text in written:  # another key with the same text
                    text = f"{text} ({type_name(key)})"
                self.left -= len(text) + 4
                written[text] = self.write(item, depth)
        except RuntimeError:  # somebody changes it meanwhile
            self.left = -1
        return written
