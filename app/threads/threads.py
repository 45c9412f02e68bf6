"""Threads: their rows, their state, and their end."""

from collections.abc import Collection

from app.graphs.registry import GraphRegistry
from app.redaction import Redact
from app.storage.checkpoints import Checkpoints, thread_keys
from app.threads.repository import ThreadRepository
from app.threads.states import ThreadStates


class Threads:
    """All that callers may do with threads but run graphs on them."""

    def __init__(
        self,
        table: ThreadRepository,
        checkpoints: Checkpoints,
        registry: GraphRegistry,
        clean: Redact,
    ) -> None:
        self.table = table
        self.states = ThreadStates(table, checkpoints, registry, clean)
        self.clean = clean
        self._checkpoints = checkpoints
        self._graph_ids: Collection[str] = frozenset(registry)

    async def delete(self, owner: str, thread_id: str) -> None:
        """Forget a thread: its checkpoints, then its row and its runs.

        A deletion that breaks off in between is finished by the next one, or by pruning.

        Raises:
            ThreadBusy: a run, or a change, is at work on it.
            ThreadNotFound: the owner has none of this id.
        """
        marked = await self.table.mark_deleting(owner, thread_id)
        graph_ids = {*self._graph_ids, *await self.table.graphs(owner, thread_id)}
        if marked.graph_id is not None:
            graph_ids.add(marked.graph_id)
        for key in thread_keys(owner, thread_id, graph_ids):
            await self._checkpoints.delete(key)
        await self.table.remove(owner, thread_id)
