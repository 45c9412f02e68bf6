"""Texts that UTF-8 can hold, and the name of a type, whatever it does to hide it."""

from typing import Any

_name_of = type.__dict__["__name__"].__get__
"""A metaclass may define `__name__` anew, and raise in it."""


def clean_text(text: str) -> str:
    """Return a text that UTF-8 can hold: half a surrogate pair becomes a question mark."""
    if text.isascii():
        return text
    return text.encode(errors="replace").decode()


def shortened(text: str, most: int) -> str:
    """Return a text, or so many characters of it and a sign that there are more."""
    return text if len(text) <= most else f"{text[:most]}…"


def type_name(value: Any) -> str:
    """Return the name of a value's type; no code of the type runs."""
    return clean_text(_name_of(type(value)))
