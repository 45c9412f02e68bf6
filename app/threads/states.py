"""The state of a thread: read now, as it was, or change it as a node would."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from app.errors import CheckpointNotFound, InvalidInput, ServiceError
from app.graphs.registry import GraphRegistry
from app.plain_json import require_storable
from app.redaction import Redact
from app.storage.checkpoints import Checkpoints, OwnedSaver
from app.threads.repository import ThreadRepository
from app.threads.snapshots import BrokenState, list_snapshots, read_snapshot
from app.threads.thread import IDLE, INTERRUPTED, ThreadRecord


@dataclass(frozen=True)
class CheckpointRef:
    """A checkpoint of a thread; by default the latest of the graph itself."""

    checkpoint_id: str | None = None
    ns: str = ""
    """Of a sub-graph; empty at the top."""

    checkpoint_map: Mapping[str, str] = field(default_factory=dict)


class ThreadStates:
    """Shows a thread with the graph that ran on it last, whichever graph wrote a state."""

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
        self._redact = redact

    async def read(
        self, thread: ThreadRecord, at: CheckpointRef | None = None, *, subgraphs: bool = False
    ) -> StateSnapshot:
        """Return a thread's state; an empty one where nothing has run yet.

        Raises:
            CheckpointNotFound: the thread has no such checkpoint.
            GraphNotFound: its graph is not in langgraph.json any more.
            UnreadableState: what is stored cannot be decoded.
        """
        at = at or CheckpointRef()
        config = _config(thread, at)
        if thread.graph_id is None:
            state = StateSnapshot({}, (), config, None, None, None, (), ())
        else:
            graph, saver = self._registry[thread.graph_id].graph, self._saver_of(thread)
            state = await read_snapshot(graph, saver, config, subgraphs=subgraphs)
        if at.checkpoint_id is not None and state.created_at is None:
            raise _not_found(thread, at.checkpoint_id)
        return state

    async def read_if_any(self, thread: ThreadRecord) -> StateSnapshot | None:
        """Return a thread's state; None where its graph is not in langgraph.json any more."""
        is_readable = thread.graph_id is None or thread.graph_id in self._registry
        return await self.read(thread) if is_readable else None

    async def history(
        self,
        thread: ThreadRecord,
        at: CheckpointRef | None = None,
        *,
        limit: int,
        before: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> list[StateSnapshot | BrokenState]:
        """Return states of a thread, the newest first, also those that cannot be decoded."""
        if thread.graph_id is None:
            return []
        return await list_snapshots(
            self._registry[thread.graph_id].graph,
            self._saver_of(thread),
            _config(thread, at or CheckpointRef()),
            limit=limit,
            before=before,
            metadata=metadata,
        )

    async def update(
        self,
        thread: ThreadRecord,
        values: Any,
        *,
        as_node: str | None = None,
        at: CheckpointRef | None = None,
    ) -> RunnableConfig:
        """Change a thread's state as if a node had written, and return the new checkpoint's config.

        No run starts meanwhile. Questions that are not open any more cannot be answered any more.

        Raises:
            ThreadBusy: a run, or another change, is using the thread.
            CheckpointNotFound: the thread has no such checkpoint.
            InvalidInput: graph or checkpoint do not take the values, or there is no such node.
            ClockBehind: the newest checkpoint lies in the future.
            UnreadableState: the checkpoint to continue from cannot be read.
        """
        require_storable(values, "values")
        after = before = await self._repository.claim(thread.owner, thread.thread_id)
        try:
            made = await self._write(before, values, as_node, at or CheckpointRef())
            after = replace(before, status=IDLE, last_run_id=None)
            state = await self.read(before)
            if state.interrupts or (state.next and before.status == INTERRUPTED):
                after = before  # what was paused can still be resumed
        finally:
            await self._repository.release(after)
        return made

    async def _write(
        self,
        thread: ThreadRecord,
        values: Any,
        as_node: str | None,
        at: CheckpointRef,
    ) -> RunnableConfig:
        if thread.graph_id is None:
            raise InvalidInput.at(
                "values", "no graph has run on this thread: set metadata.graph_id first"
            )
        saver = self._checkpoints.for_edit(thread.owner)
        graph = self._registry[thread.graph_id].graph.copy(update={"checkpointer": saver})
        contract = self._registry[thread.graph_id].state_at(at.ns)
        if values is not None and contract is not None:
            values = contract.accept(values)
        config, checkpoint_id = _config(thread, at), at.checkpoint_id
        if checkpoint_id is not None and await saver.aget_tuple(config) is None:
            raise _not_found(thread, checkpoint_id)
        try:
            return await graph.aupdate_state(config, values, as_node=as_node)
        except ServiceError:
            raise
        except Exception as error:  # reducers are the author's, and may raise anything
            reason = str(error).partition("\nFor troubleshooting")[0]
            raise InvalidInput.at("values", self._redact(reason or repr(error))) from error

    def _saver_of(self, thread: ThreadRecord) -> OwnedSaver:
        return self._checkpoints.of(thread.owner)


def _config(thread: ThreadRecord, at: CheckpointRef) -> RunnableConfig:
    configurable: dict[str, Any] = {"thread_id": thread.thread_id, "checkpoint_ns": at.ns}
    if at.checkpoint_id is not None:
        configurable["checkpoint_id"] = at.checkpoint_id
    if at.checkpoint_map:
        configurable["checkpoint_map"] = dict(at.checkpoint_map)
    return {"configurable": configurable}


def _not_found(thread: ThreadRecord, checkpoint_id: str) -> CheckpointNotFound:
    return CheckpointNotFound(f"thread {thread.thread_id!r} has no checkpoint {checkpoint_id!r}")
