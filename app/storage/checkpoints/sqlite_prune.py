"""Cut an idle thread in the SQLite file to its latest checkpoints, a little at a time.

LangGraph has this for PostgreSQL only; the rules are those of its `aprune(strategy="keep_latest")`.
"""

import json
import sqlite3

from app.storage.checkpoints.sqlite_connection import SqliteConnection

_MOST_AT_ONCE = 100
"""So many checkpoints go in one transaction: runs that want to save wait for it."""

_USES_DELTAS = """
SELECT 1 FROM checkpoints WHERE thread_id = ?
AND instr(CAST(metadata AS TEXT), '"counters_since_delta_snapshot"') LIMIT 1
"""

_HEADS = "SELECT checkpoint_ns, max(checkpoint_id) FROM checkpoints WHERE thread_id = ? GROUP BY 1"

_OLDER = """
SELECT checkpoint_id FROM checkpoints
WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ? ORDER BY 1 LIMIT ?
"""

_ONE = """
SELECT metadata FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?
"""


async def keep_latest(file: SqliteConnection, thread_id: str) -> None:
    """Leave the latest checkpoint of each namespace, with its writes and without a parent.

    A call of a sub-graph goes with the checkpoint of the graph that made it. What a kill
    interrupts, the next call finishes.

    Raises:
        NotImplementedError: the thread's graph uses a DeltaChannel, which needs the older ones.
    """
    if await file.run(_uses_deltas, thread_id):
        raise NotImplementedError(
            f"keep_latest can't prune a thread with a DeltaChannel: {thread_id}"
        )
    while await file.run(_cut, thread_id):
        pass


def _uses_deltas(connection: sqlite3.Connection, thread_id: str) -> bool:
    return connection.execute(_USES_DELTAS, (thread_id,)).fetchone() is not None


def _cut(connection: sqlite3.Connection, thread_id: str) -> bool:
    """Cut one piece in one transaction; say whether there may be more."""
    with connection:
        heads: dict[str, str] = dict(connection.execute(_HEADS, (thread_id,)).fetchall())
        calls = [ns for ns in heads if _is_past_call(connection, thread_id, ns, heads)]
        if calls:
            _forget_calls(connection, thread_id, calls[:_MOST_AT_ONCE])
            return True
        for ns, head in heads.items():
            if _cut_namespace(connection, thread_id, ns, head):
                return True
        connection.execute(
            "UPDATE checkpoints SET parent_checkpoint_id = NULL "
            "WHERE thread_id = ? AND parent_checkpoint_id IS NOT NULL",
            (thread_id,),
        )
        return False


def _is_past_call(
    connection: sqlite3.Connection, thread_id: str, ns: str, heads: dict[str, str]
) -> bool:
    """Whether a namespace is a sub-graph's call that an older checkpoint of the graph made.

    Such a name has its task's id behind a colon. The checkpoint it began from must be there: one
    that is not may still be on its way.
    """
    if ":" not in ns:
        return False
    (metadata,) = connection.execute(_ONE, (thread_id, ns, heads[ns])).fetchone()
    root = json.loads(metadata or "{}").get("parents", {}).get("")
    if root is None or root == heads.get(""):
        return False
    return connection.execute(_ONE, (thread_id, "", root)).fetchone() is not None


def _forget_calls(connection: sqlite3.Connection, thread_id: str, calls: list[str]) -> None:
    rows = [(thread_id, ns) for ns in calls]
    for table in ("writes", "checkpoints"):
        connection.executemany(
            f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_ns = ?",  # noqa: S608  # ours
            rows,
        )


def _cut_namespace(connection: sqlite3.Connection, thread_id: str, ns: str, head: str) -> bool:
    older = connection.execute(_OLDER, (thread_id, ns, head, _MOST_AT_ONCE)).fetchall()
    if not older:
        return False
    (last,) = older[-1]
    for table in ("writes", "checkpoints"):
        connection.execute(
            f"DELETE FROM {table} "  # noqa: S608  # ours
            "WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id <= ?",
            (thread_id, ns, last),
        )
    return True
