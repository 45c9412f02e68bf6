"""The rows of LangGraph's tables by their key, on both databases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

_SQLITE = ("checkpoints", "writes")

_POSTGRES = ("checkpoints", "checkpoint_writes", "checkpoint_blobs")


def tables_of(dialect: str) -> tuple[str, ...]:
    """Return the names of LangGraph's tables: checkpoints first, then writes."""
    return _POSTGRES if dialect == "postgresql" else _SQLITE


@dataclass(frozen=True)
class Move:
    """All rows of one key are to get another."""

    old: str
    new: str


class CheckpointRows:
    """What stands in the tables, seen through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = tables_of(connection.dialect.name)

    def page(self, table: str, after: str, size: int) -> list[str]:
        """Return the next keys of a table, in their order.

        Each is looked up in the index: PostgreSQL may read the whole table for a DISTINCT.
        """
        next_key = f"SELECT min(thread_id) FROM {table} WHERE thread_id >"  # noqa: S608  # ours
        statement = text(
            "WITH RECURSIVE listed (key, number) AS ("  # noqa: S608  # ours
            f"SELECT ({next_key} :after), 1 UNION ALL "
            f"SELECT ({next_key} listed.key), number + 1 FROM listed "
            "WHERE key IS NOT NULL AND number < :size) "
            "SELECT key FROM listed WHERE key IS NOT NULL"
        )
        values = {"after": after, "size": size}
        return [row.key for row in self._connection.execute(statement, values)]

    def newest(self, keys: Collection[str]) -> dict[str, str]:
        """Return those of the keys that have any row, each with its graph's latest checkpoint.

        It is empty where there are only rows of sub-graphs, or writes without a checkpoint.
        """
        latest = "max(CASE WHEN checkpoint_ns = '' THEN checkpoint_id ELSE '' END)"
        columns = {table: latest if table == "checkpoints" else "''" for table in self._tables}
        newest: dict[str, str] = {}
        for table, column in columns.items():
            statement = text(
                f"SELECT thread_id, {column} FROM {table} "  # noqa: S608  # ours
                "WHERE thread_id IN :keys GROUP BY thread_id"
            ).bindparams(bindparam("keys", expanding=True))
            for key, checkpoint_id in self._connection.execute(statement, {"keys": list(keys)}):
                newest[key] = max(newest.get(key, ""), checkpoint_id)
        return newest

    def is_interrupted(self, key: str, checkpoint_id: str) -> bool:
        """Whether a task of this checkpoint waits for an answer, as LangGraph reads its writes."""
        writes = self._tables[1]
        statement = text(
            f"SELECT task_id FROM {writes} WHERE thread_id = :key AND checkpoint_ns = '' "  # noqa: S608  # ours
            "AND checkpoint_id = :checkpoint_id GROUP BY task_id "
            "HAVING sum(CASE WHEN channel = '__interrupt__' THEN 1 ELSE 0 END) > 0 "
            "AND sum(CASE WHEN channel IN "
            "('__interrupt__', '__resume__', '__error__', '__error_source_node__') "
            "THEN 0 ELSE 1 END) = 0 LIMIT 1"
        )
        values = {"key": key, "checkpoint_id": checkpoint_id}
        return self._connection.execute(statement, values).first() is not None

    def move(self, moves: Sequence[Move], *, most: int) -> list[Move]:
        """Move so many rows, in the order of the moves; return the moves that are not over."""
        left = most
        for number, move in enumerate(moves):
            for table in self._tables:
                left -= self._move(table, move, left)
                if left <= 0:
                    return list(moves[number:])
        return []

    def _move(self, table: str, move: Move, most: int) -> int:
        some = f"SELECT {{}} FROM {table} WHERE thread_id = :old LIMIT :most"  # noqa: S608  # ours
        chosen = (
            f"ctid = ANY(ARRAY({some.format('ctid')}))"
            if self._connection.dialect.name == "postgresql"
            else f"rowid IN ({some.format('rowid')})"
        )
        statement = text(f"UPDATE {table} SET thread_id = :new WHERE {chosen}")  # noqa: S608  # ours
        values = {"old": move.old, "new": move.new, "most": most}
        return self._connection.execute(statement, values).rowcount
