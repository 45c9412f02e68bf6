"""What is to be deleted, some rows at a time; one that cannot be is stepped over."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Select

from app.plain_json import clean_text
from app.storage.database import Database

logger = logging.getLogger(__name__)

_MOST_ROWS = 200

REST_SECONDS = 0.05
"""Between two batches, so that live runs get their turn at the database."""

Key = tuple[str, ...]


class Batches:
    """The keys that a query finds, until it finds none that can still be deleted."""

    def __init__(self, database: Database, query: Select[Any]) -> None:
        """`query` finds each key until it is deleted."""
        self._database = database
        self._query = query
        self.skipped: set[Key] = set()
        self.no_text: list[tuple[bytes, ...]] = []
        """The bytes of keys that are not UTF-8, which only their bytes lead to."""

    def skip(self, key: Key, *, reason: str) -> None:
        """Leave a key out from now on."""
        self.skipped.add(key)
        shown = [clean_text(part) for part in key]
        logger.warning("a stored row is stepped over", extra={"key": shown, "error": reason})

    async def __aiter__(self) -> AsyncIterator[list[Any]]:
        while keys := await self._next():
            yield keys
            await asyncio.sleep(REST_SECONDS)

    async def _next(self) -> list[Key]:
        while True:
            rows = await self._database.read(self._query.limit(_MOST_ROWS + len(self.skipped)))
            fresh = [key for row in rows if (key := tuple(row)) not in self.skipped]
            for key in fresh:
                if not is_text(key):
                    self.skip(key, reason=NO_TEXT)
                    self.no_text.append(tuple(bytes_of(part) for part in key))
            sound = [key for key in fresh if key not in self.skipped]
            if sound or not fresh:
                return sound


NO_TEXT = "its id is not valid UTF-8"


def bytes_of(text: str) -> bytes:
    """Return what SQLite stores for a text, also where that is no UTF-8."""
    return text.encode(errors="surrogateescape")


def is_text(key: Key) -> bool:
    """Whether a key can be a statement's parameter: SQLite may store text that is no UTF-8."""
    return all(clean_text(part) == part for part in key)
