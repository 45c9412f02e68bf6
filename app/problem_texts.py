"""Texts of problem bodies: they may repeat what was sent, so each of them is cut."""

import re
from collections.abc import Sequence
from typing import Any

MOST_PROBLEMS = 50
"""Of all that is wrong with a request: a megabyte of it may be wrong in 200,000 places."""

_LONGEST_PLACE = 300
_LONGEST_TEXT = 500
_LONGEST_DETAIL = 4000

_LONG_KEY = re.compile(r"([^.]{80})[^.]+")


def cut_detail(text: str) -> str:
    """Return the text of a whole problem, or its beginning."""
    return str(_cut(text, _LONGEST_DETAIL))


def cut_list(texts: Sequence[str]) -> str:
    """Return the first of what is wrong as one text, and how many more there are."""
    shown = [str(_cut(text)) for text in texts[:MOST_PROBLEMS]]
    left_out = len(texts) - len(shown)
    return "; ".join([*shown, f"and {left_out} more"] if left_out else shown)


def cut_problems(problems: Sequence[dict[str, Any]], left_out: int = 0) -> list[dict[str, Any]]:
    """Return the first of what is wrong, each within bounds, and how many more there are."""
    shown = [
        {name: _cut_place(text) if name == "place" else _cut(text) for name, text in one.items()}
        for one in problems[:MOST_PROBLEMS]
    ]
    left_out += len(problems) - len(shown)
    if left_out > 0:
        shown.append({"place": "body", "message": f"{left_out} more places do not fit"})
    return shown


def _cut_place(place: str) -> str:
    """Return a place with the beginning of each key, and without the middle of a long path."""
    if len(place) <= _LONGEST_PLACE // 4:
        return place
    place = _LONG_KEY.sub(r"\1…", place)
    half = _LONGEST_PLACE // 2
    return place if len(place) <= _LONGEST_PLACE else f"{place[:half]}…{place[-half:]}"


def _cut(text: Any, most: int = _LONGEST_TEXT) -> Any:
    return f"{text[:most]}…" if isinstance(text, str) and len(text) > most else text
