"""Rows as something other than this service leaves them: a bad disk, a hand, another version."""

from typing import Any

from sqlalchemy import Connection, Table, text

from app.storage.database import Database

TOO_DEEP = "[" * 300 + "]" * 300

NO_UTF8 = b"\xff\xfe{}"


async def damage(database: Database, table: Table, key: str, value: Any, column: str) -> None:
    """Store a value in a column of the row that has a key; bytes as text that is no UTF-8."""
    place = f"{table.name} SET {column} = {_bound(value)}"
    of_row = "thread_id" if table.name == "threads" else "id"
    statement = f"UPDATE {place} WHERE {of_row} = :key"  # ours

    def write(connection: Connection, _: None) -> None:
        connection.execute(text(statement), {"key": key, "value": value})

    await database.writer.write(write, None)


def _bound(value: Any) -> str:
    return "CAST(:value AS TEXT)" if isinstance(value, bytes) else ":value"
