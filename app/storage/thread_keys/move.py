"""Moves all that is stored under old keys, a piece at a time.

Each piece is one transaction. A move that is killed is continued by calling it again. On SQLite
several processes may move at once; on PostgreSQL the caller holds a lock.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from app.settings import Settings
from app.storage.checkpoints.keys import thread_key
from app.storage.engines import CHECKPOINTS_FILE, FILE, writing_engine
from app.storage.errors import storage_failures
from app.storage.thread_keys.checkpoint_rows import CheckpointRows, Move, tables_of
from app.storage.thread_keys.old_key import OldKey
from app.storage.thread_keys.plan import OldThread, Planner
from app.storage.thread_keys.progress import OnProgress

_KEYS_AT_ONCE = 100

_ROWS_AT_ONCE = 500

_MOST_PARAMETERS = 10_000


def move_thread_keys(
    settings: Settings,
    on_progress: OnProgress,
    *,
    keys_at_once: int = _KEYS_AT_ONCE,
    rows_at_once: int = _ROWS_AT_ONCE,
) -> None:
    """Move the checkpoints of all threads to their keys of today; no service may be running.

    `on_progress` is called after each piece, and never where there is nothing to move.

    Raises:
        StorageUnavailable: the database does not answer; call it again.
    """
    with _engines(settings) as (ours, theirs), storage_failures():
        graph_ids, total = _survey(theirs, keys_at_once)
        mover = _Mover(ours, theirs, graph_ids)
        moved = 0
        size = max(1, min(keys_at_once, _MOST_PARAMETERS // max(1, len(graph_ids))))
        for page in _pages(theirs, size):
            moves = mover.plan(page)
            while moves:
                with theirs.begin() as connection:
                    left = CheckpointRows(connection).move(moves, most=rows_at_once)
                moved += len(moves) - len(left)
                on_progress(moved, max(moved, total))
                moves = left


@dataclass(frozen=True)
class _Mover:
    ours: Engine
    """Over the rows of threads and runs."""

    theirs: Engine
    """Over LangGraph's tables."""

    graph_ids: Sequence[str]
    """Those that any state is of."""

    def plan(self, page: Sequence[OldKey]) -> list[Move]:
        """Return the moves of all threads that some keys are of."""
        places = sorted({(key.owner, key.thread_id) for key in page})
        moves: list[Move] = []
        with self.theirs.begin() as connection, self.ours.begin() as own_connection:
            rows = CheckpointRows(connection)
            newest = rows.newest([key for place in places for key in self._old_keys(*place)])
            half_moved = rows.newest([thread_key(*place) for place in places])

            def is_used(owner: str, thread_id: str) -> bool:
                keys = [thread_key(owner, thread_id), *self._old_keys(owner, thread_id)]
                return bool(rows.newest(keys))

            planner = Planner(own_connection, is_used=is_used, is_interrupted=rows.is_interrupted)
            for owner, thread_id in places:
                by_graph = {
                    graph_id: newest[key]
                    for graph_id, key in zip(
                        self.graph_ids, self._old_keys(owner, thread_id), strict=True
                    )
                    if key in newest
                }
                is_half_moved = thread_key(owner, thread_id) in half_moved
                if by_graph:
                    moves += planner.plan(OldThread(owner, thread_id, by_graph, is_half_moved))
        return moves

    def _old_keys(self, owner: str, thread_id: str) -> list[str]:
        return [str(OldKey(owner, graph_id, thread_id)) for graph_id in self.graph_ids]


def _survey(theirs: Engine, size: int) -> tuple[list[str], int]:
    """Return the graphs that there are states of, and the number of these states at least."""
    graph_ids: set[str] = set()
    total = 0
    for table in tables_of(theirs.dialect.name):
        of_table = 0
        for page in _pages_of(theirs, table, size):
            graph_ids |= {key.graph_id for key in page}
            of_table += len(page)
        total = max(total, of_table)
    return sorted(graph_ids), total


def _pages(theirs: Engine, size: int) -> Iterator[list[OldKey]]:
    """Return the old keys, of which some are in several tables; they may be moved meanwhile."""
    for table in tables_of(theirs.dialect.name):
        yield from _pages_of(theirs, table, size)


def _pages_of(theirs: Engine, table: str, size: int) -> Iterator[list[OldKey]]:
    after = ""
    while True:
        with theirs.begin() as connection:
            keys = CheckpointRows(connection).page(table, after, size)
        if not keys:
            return
        after = keys[-1]
        if page := [old for old in map(OldKey.read, keys) if old is not None]:
            yield page


@contextmanager
def _engines(settings: Settings) -> Iterator[tuple[Engine, Engine]]:
    """Open both places; on SQLite each commit is on the disk before the next one begins."""
    lasting = settings.model_copy(update={"sqlite_synchronous": "full"})
    engines = [
        writing_engine(lasting, file=file, busy_seconds=10, is_bounded=False)
        for file in (FILE, CHECKPOINTS_FILE)
    ]
    try:
        yield engines[0], engines[1]
    finally:
        for engine in engines:
            engine.dispose()
