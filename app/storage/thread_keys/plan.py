"""Decides where the states of a thread go, and writes the rows of threads that need one.

It decides from what is still to be moved, and others come before the thread's own state. So a move
that was killed goes on as it began.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, literal, select

from app.plain_json import clean_text
from app.storage.checkpoints.keys import thread_key
from app.storage.tables import runs, thread_labels, threads
from app.storage.thread_keys.checkpoint_rows import Move
from app.storage.thread_keys.old_key import OldKey

IsUsed = Callable[[str, str], bool]
"""Whether an owner's thread id has checkpoints, under old keys or under its new one."""

IsInterrupted = Callable[[str, str], bool]
"""Whether the checkpoint of a key waits for an answer."""


@dataclass(frozen=True)
class OldThread:
    """What is still to be moved of a thread."""

    owner: str
    thread_id: str
    newest: Mapping[str, str]
    """The latest checkpoint by graph id."""

    is_half_moved: bool
    """Whether some of its own state is moved already: then the rest is its own, too."""


class Planner:
    """Plans within one transaction, which is committed before anything is moved."""

    def __init__(
        self, connection: Connection, *, is_used: IsUsed, is_interrupted: IsInterrupted
    ) -> None:
        self._connection = connection
        self._is_used = is_used
        self._is_interrupted = is_interrupted

    def plan(self, thread: OldThread) -> list[Move]:
        """Return the moves of a thread in their order, with a row for each thread they lead to."""
        row = self._row(thread)
        own = self._own_graph(thread, row)
        if row is None:
            row = self._insert(thread, own, thread.thread_id)
        moves = [
            self._move(thread, graph_id, self._split(thread, graph_id, row))
            for graph_id in sorted(thread.newest)
            if graph_id != own and not thread.is_half_moved
        ]
        rest = sorted(thread.newest) if thread.is_half_moved else [own]
        return [*moves, *(self._move(thread, graph_id, thread.thread_id) for graph_id in rest)]

    def _own_graph(self, thread: OldThread, row: RowMapping | None) -> str:
        """Return the graph whose state the thread keeps: the one that ran on it last."""
        named = [] if row is None else [self._graph_of_run(row["last_run_id"]), row["graph_id"]]
        for graph_id in named:
            if graph_id in thread.newest:
                return str(graph_id)
        return max(thread.newest, key=lambda graph_id: (thread.newest[graph_id], graph_id))

    def _split(self, thread: OldThread, graph_id: str, row: RowMapping) -> str:
        """Return the id of the thread that gets a state of another graph."""
        made = select(threads.c.thread_id).where(
            threads.c.owner == thread.owner,
            threads.c.split_from == thread.thread_id,
            threads.c.graph_id == graph_id,
        )
        earlier = self._connection.execute(made).scalar()
        if earlier is not None:
            return str(earlier)
        thread_id = self._free_id(thread.owner, f"{thread.thread_id}~{graph_id}")
        self._insert(thread, graph_id, thread_id, row)
        return thread_id

    def _free_id(self, owner: str, wanted: str) -> str:
        candidates = (wanted if number == 1 else f"{wanted}~{number}" for number in count(1))
        return next(
            thread_id
            for thread_id in candidates
            if not self._has_row(owner, thread_id) and not self._is_used(owner, thread_id)
        )

    def _insert(
        self, thread: OldThread, graph_id: str, thread_id: str, source: RowMapping | None = None
    ) -> RowMapping:
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "owner": thread.owner,
            "thread_id": thread_id,
            "graph_id": graph_id,
            "status": self._status(thread, graph_id),
            "created_at": now,
            "updated_at": now,
        }
        if source is not None:
            moments = {name: source[name] for name in ("created_at", "updated_at")}
            values |= {name: at for name, at in moments.items() if isinstance(at, datetime)}
            values |= {
                "metadata": clean_text(source["metadata"]),
                "split_from": thread.thread_id,
            }
            if source["status"] == "deleting":
                values["status"] = "deleting"
        statement = insert(threads).values(values).returning(threads)
        row = self._connection.execute(statement).mappings().one()
        if source is not None:
            self._copy_labels(thread, thread_id)
        return row

    def _copy_labels(self, thread: OldThread, thread_id: str) -> None:
        labels = thread_labels.c
        source = select(labels.owner, labels.key, labels.value, literal(thread_id)).where(
            labels.owner == thread.owner, labels.thread_id == thread.thread_id
        )
        columns = ["owner", "key", "value", "thread_id"]
        self._connection.execute(insert(thread_labels).from_select(columns, source))

    def _status(self, thread: OldThread, graph_id: str) -> str:
        key = str(OldKey(thread.owner, graph_id, thread.thread_id))
        is_interrupted = self._is_interrupted(key, thread.newest[graph_id])
        return "interrupted" if is_interrupted else "idle"

    def _move(self, thread: OldThread, graph_id: str, thread_id: str) -> Move:
        old = OldKey(thread.owner, graph_id, thread.thread_id)
        return Move(str(old), thread_key(thread.owner, thread_id))

    def _row(self, thread: OldThread) -> RowMapping | None:
        query = select(threads).where(
            threads.c.owner == thread.owner, threads.c.thread_id == thread.thread_id
        )
        return self._connection.execute(query).mappings().first()

    def _has_row(self, owner: str, thread_id: str) -> bool:
        query = select(threads.c.owner).where(
            threads.c.owner == owner, threads.c.thread_id == thread_id
        )
        return self._connection.execute(query).first() is not None

    def _graph_of_run(self, run_id: str | None) -> str | None:
        query = select(runs.c.graph_id).where(runs.c.id == run_id)
        return None if run_id is None else self._connection.execute(query).scalar()
