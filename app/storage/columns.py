"""How values stand in columns, equal on every database."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json
from sqlalchemy import DateTime, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.plain_json import as_json


class Moment(TypeDecorator[datetime]):
    """Keep a moment as UTC and read it back with its zone, which SQLite forgets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
    return None if text is None else from_json(text)


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
