"""Copies of what is JSON already, in one quick pass: most of what graphs hold.

It runs no code but Python's own. A value that has anything else in it is left to `faithful`. The
two loops are alike and written out: a call per item would double what an answer costs.
"""

from typing import Any

from app.plain_json.text import clean_text

LARGE = 2**14_000
"""Python refuses to write an integer of more than 4300 digits."""


class NotPlain(Exception):
    """There is more in a value than lists, dicts with ASCII keys and scalars, or it is too deep."""


def copy_plain(value: Any, levels: int) -> Any:
    """Return a copy of a list or a dict, with NaN and half characters replaced.

    Raises:
        NotPlain: there is anything else in it, or it is nested deeper than so many levels.
    """
    if levels <= 0:
        raise NotPlain
    if type(value) is dict:
        return _copy_dict(value, levels - 1)
    if type(value) is list:
        return _copy_list(value, levels - 1)
    raise NotPlain


def _copy_dict(entries: dict[Any, Any], levels: int) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for key, item in entries.items():
        if type(key) is not str or not key.isascii():
            raise NotPlain
        kind = type(item)
        if kind is str:
            written[key] = item if item.isascii() else clean_text(item)
        elif kind is int and -LARGE < item < LARGE:
            written[key] = item
        elif kind is float:
            written[key] = item if item - item == 0.0 else None
        elif kind is bool or item is None:
            written[key] = item
        else:
            written[key] = copy_plain(item, levels)
    return written


def _copy_list(items: list[Any], levels: int) -> list[Any]:
    written: list[Any] = []
    append = written.append
    for item in items:
        kind = type(item)
        if kind is str:
            append(item if item.isascii() else clean_text(item))
        elif kind is int and -LARGE < item < LARGE:
            append(item)
        elif kind is float:
            append(item if item - item == 0.0 else None)
        elif kind is bool or item is None:
            append(item)
        else:
            append(copy_plain(item, levels))
    return written
