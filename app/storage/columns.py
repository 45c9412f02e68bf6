"""How values stand in columns, equal on every database."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from math import isfinite
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json
from sqlalchemy import BigInteger, DateTime, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.plain_json import as_json


class Moment(TypeDecorator[datetime]):
    """Keep a moment as UTC and read it back with its zone, which SQLite forgets.

    What is no moment is returned as it is stored, since an error here would cost all rows of a
    query; `StoredRow` refuses it where it is read.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        read = super().result_processor(dialect, coltype)

        def read_or_leave(value: Any) -> Any:
            try:
                return value if read is None else read(value)
            except (ValueError, TypeError, OverflowError):
                return value

        return read_or_leave


class Instant(TypeDecorator[datetime]):
    """Keep a moment as its microseconds since 1970: narrow, and equal on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return a moment as `Instant` keeps it, for rows that are inserted without SQLAlchemy."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


_LONGEST = 200
"""In bytes. A longer value is known by its hash: an index of PostgreSQL takes 2.7 KB, no more."""


def labels_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that metadata makes; nested values make none."""
    return {
        key: label_value(value)
        for key, value in metadata.items()
        if value is None or isinstance(value, str | int | float | bool)
    }


def label_value(value: Any) -> str:
    """Return a scalar as the label tables hold it."""
    text = json_text(value)
    if len(text.encode()) <= _LONGEST:
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def json_text(value: Any) -> str:
    """Return a value as JSON text, which a text column always takes."""
    try:
        return to_json(value).decode()
    except (PydanticSerializationError, ValueError):
        return to_json(as_json(value)).decode()


def read_json(text: str | None) -> Any:
    """Return what JSON text holds; None for none.

    Raises:
        ValueError, TypeError: it is no JSON, nested too deeply, or holds a number out of range.
    """
    if text is None:
        return None
    value = from_json(text, allow_inf_nan=False)
    if _MAY_OVERFLOW.search(text) and not all(map(isfinite, _floats_in(value))):
        raise ValueError("a number is out of range")
    return value


_MAY_OVERFLOW = re.compile(r"\d[eE]\+?\d{3}|\d{200}")
"""What `from_json` would read as infinity, which no answer can hold: an exponent or digits."""


def _floats_in(value: Any) -> Iterator[float]:
    match value:
        case float():
            yield value
        case dict():
            for item in value.values():
                yield from _floats_in(item)
        case list():
            for item in value:
                yield from _floats_in(item)


@cache
def plain_insert(dialect: str, table: Table) -> str:
    """Return the text of an INSERT of whole rows, as dicts, that leaves rows alone that exist.

    For `exec_driver_sql`: SQLAlchemy's own work would cost more than SQLite's.
    """
    form = "%({})s" if dialect == "postgresql" else ":{}"
    names = [column.name for column in table.columns]
    values = ", ".join(map(form.format, names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608  # names of our own tables


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
