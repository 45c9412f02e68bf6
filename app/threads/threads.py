"""Threads: create, read, change, search and delete them, and their states."""

import logging

from app.errors import StorageUnavailable, ThreadExists
from app.graphs.registry import GraphRegistry
from app.logs import OnceLog
from app.redaction import Redact
from app.storage.checkpoints import Checkpoints
from app.storage.errors import is_damage
from app.threads.repository import ThreadRepository
from app.threads.search import ThreadSearch
from app.threads.states import ThreadStates
from app.threads.thread import ThreadChange, ThreadRecord

logger = logging.getLogger(__name__)


class Threads:
    """All that callers may do with threads except running graphs on them."""

    def __init__(
        self,
        repository: ThreadRepository,
        checkpoints: Checkpoints,
        registry: GraphRegistry,
        redact: Redact,
    ) -> None:
        self._repository = repository
        self._checkpoints = checkpoints
        self._registry = registry
        self.states = ThreadStates(repository, checkpoints, registry, redact)
        self.redact = redact
        self._unreadable = OnceLog(logger, "a stored thread cannot be read")

    async def create(self, change: ThreadChange, *, accepts_existing: bool = False) -> ThreadRecord:
        """Store a new thread; `accepts_existing` returns one that has its id already.

        Raises:
            GraphNotFound: it names a graph that is not in langgraph.json.
            InvalidInput: no new thread may have this id.
            ThreadExists: the owner has a thread of this id.
        """
        self._require_graph(change)
        try:
            return await self._repository.create(change)
        except ThreadExists:
            if not accepts_existing:
                raise
            return await self._repository.get(change.owner, change.thread_id)

    async def get(self, owner: str, thread_id: str) -> ThreadRecord:
        """Return a thread; raise ThreadNotFound where the owner has none of this id."""
        return await self._repository.get(owner, thread_id)

    async def search(self, search: ThreadSearch) -> list[ThreadRecord]:
        """Return a page of the threads that match, also those whose row cannot be read."""
        return await self._repository.search(search)

    def report_unreadable(self, record: ThreadRecord, reason: str) -> None:
        """Log, once for each thread, that it or its state cannot be shown in a list."""
        thing = f"{record.owner}/{record.thread_id}"
        self._unreadable.warn(thing, thread_id=record.thread_id, reason=reason)

    async def patch(self, change: ThreadChange) -> ThreadRecord:
        """Change a thread, also while a run is using it.

        Raises:
            GraphNotFound: it names a graph that is not in langgraph.json.
            ThreadNotFound: the owner has none of this id.
        """
        self._require_graph(change)
        return await self._repository.patch(change)

    async def delete(self, owner: str, thread_id: str) -> None:
        """Delete a thread and those split from it: checkpoints first, then rows and runs.

        A deletion that is interrupted is finished by the next one, or by retention. One that the
        damage of a file prevents leaves failed threads, which say so where they are read.

        Raises:
            ThreadBusy: a run, or a change, is using one of them.
            ThreadNotFound: the owner has none of this id.
            StorageUnavailable: the database does not answer, or what it holds is damaged.
        """
        marked = await self._repository.mark_deleting(owner, thread_id)
        try:
            for each in marked:
                await self._checkpoints.delete_thread(owner, each)
        except StorageUnavailable as error:
            if is_damage(error):
                await self._repository.mark_broken([(owner, each) for each in marked])
            raise
        await self._repository.delete([(owner, each) for each in marked])

    def _require_graph(self, change: ThreadChange) -> None:
        if change.graph_id is not None:
            self._registry[change.graph_id]
