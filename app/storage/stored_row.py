"""Reads one row of a table, where any column may hold what somebody or something damaged."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from sqlalchemy import RowMapping

from app.plain_json import clean_text, shortened
from app.storage.columns import read_json

T = TypeVar("T")

Word = TypeVar("Word", bound=StrEnum)

_LONGEST_SHOWN = 80


class UnreadableRow(ValueError):
    """A column of a row does not hold what this version reads; it names the column."""


class StoredRow:
    """The columns of a row, each checked when it is read; one that was not selected is None."""

    def __init__(self, row: RowMapping | Mapping[str, Any]) -> None:
        self._row = row

    def text(self, name: str) -> str:
        """Return a text.

        Raises:
            UnreadableRow: it is none, or its bytes are not UTF-8.
        """
        value = self._of(name, str)
        if clean_text(value) != value:
            raise UnreadableRow(f"its {name} is not UTF-8")
        return value

    def maybe_text(self, name: str) -> str | None:
        return None if self._row.get(name) is None else self.text(name)

    def word(self, name: str, kind: type[Word]) -> Word:
        """Return a word of an enumeration."""
        try:
            return kind(self.text(name))
        except UnreadableRow:
            raise
        except ValueError as error:
            raise UnreadableRow(f"its {name} is unknown: {_shown(self._row[name])}") from error

    def number(self, name: str) -> int:
        return self._of(name, int)

    def maybe_number(self, name: str) -> int | None:
        return None if self._row.get(name) is None else self.number(name)

    def maybe_float(self, name: str) -> float | None:
        if self._row.get(name) is None:
            return None
        value = self._of(name, (float, int))
        if not isfinite(value):
            raise UnreadableRow(f"its {name} is not finite")
        return value

    def flag(self, name: str) -> bool:
        return self._of(name, bool)

    def maybe_bytes(self, name: str) -> bytes | None:
        value = self._row.get(name)
        return bytes(self._of(name, (bytes, memoryview))) if value is not None else None

    def moment(self, name: str) -> datetime:
        return self._of(name, datetime)

    def maybe_moment(self, name: str) -> datetime | None:
        return None if self._row.get(name) is None else self.moment(name)

    def json(self, name: str, kind: type[T]) -> T | None:
        """Return what a text of JSON holds; None where there is none.

        Raises:
            UnreadableRow: it is no JSON, nested too deeply, or of another kind.
        """
        try:
            value = read_json(self._row.get(name))
        except (ValueError, TypeError) as error:
            raise UnreadableRow(f"its {name} is no JSON that can be read: {error}") from error
        return require_kind(name, value, kind)

    def or_else(self, default: T, read: Callable[[str], T], name: str) -> T:
        """Return a column, or the default where it cannot be read."""
        try:
            return read(name)
        except UnreadableRow:
            return default

    def _of(self, name: str, kind: type[T] | tuple[type[T], ...]) -> T:
        value = self._row[name]
        if not isinstance(value, kind):
            raise UnreadableRow(f"its {name} cannot be read: {_shown(value)}")
        return value


def require_kind(name: str, value: Any, kind: type[T] | tuple[type[T], ...]) -> T | None:
    """Return a part of stored JSON, which may be missing.

    Raises:
        UnreadableRow: it is of another kind.
    """
    if value is not None and not isinstance(value, kind):
        raise UnreadableRow(f"its {name} is JSON of another kind: {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return clean_text(shortened(repr(value), _LONGEST_SHOWN))
