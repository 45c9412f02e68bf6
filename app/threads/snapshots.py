"""States as the graph that ran last reads them, also those that another graph wrote.

LangGraph ignores keys that a graph does not know. It fails where a key that both have is of another
kind, or where a reducer does not take what the other graph left: such a state is shown as stored.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.types import StateSnapshot

from app.errors import StorageUnavailable, UnreadableState
from app.graphs.shape import Graph
from app.storage.checkpoints import OwnedSaver

logger = logging.getLogger(__name__)

_OF_THE_GRAPH = (Exception, SystemExit, KeyboardInterrupt)
"""What its channels and reducers may raise; reading an interrupted state runs them."""

_MOST_READ = 1000
"""So many states are looked through, one by one, for those that match, if one is unreadable."""


async def read_snapshot(
    graph: Graph,
    saver: BaseCheckpointSaver[Any],
    config: RunnableConfig,
    *,
    subgraphs: bool = False,
) -> StateSnapshot:
    """Return the state at a config, an empty one where nothing is stored.

    Raises:
        StorageUnavailable: the database does not answer.
        UnreadableState: what is stored cannot be decoded.
    """
    graph = graph.copy(update={"checkpointer": saver})
    try:
        return await graph.aget_state(config, subgraphs=subgraphs)
    except (StorageUnavailable, UnreadableState):
        raise
    except _OF_THE_GRAPH as error:
        _log(config, error)
    saved = await saver.aget_tuple(config)
    return _empty(config) if saved is None else _as_stored(graph, saved)


@dataclass(frozen=True)
class BrokenState:
    """A state that is stored and cannot be decoded."""

    config: RunnableConfig
    reason: str


async def list_snapshots(
    graph: Graph,
    saver: OwnedSaver,
    config: RunnableConfig,
    *,
    limit: int,
    before: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> list[StateSnapshot | BrokenState]:
    """Return the states of a thread, the newest first.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    reading = graph.copy(update={"checkpointer": saver})
    options: dict[str, Any] = {
        "limit": limit,
        "filter": metadata or None,
        "before": None if before is None else _at(config, before),
    }
    try:
        return [state async for state in reading.aget_state_history(config, **options)]
    except StorageUnavailable:
        raise
    except _OF_THE_GRAPH as error:  # each state is read by itself
        _log(config, error)
    try:
        configs = [one.config async for one in saver.alist(config, **options)]
    except UnreadableState:
        ids = await _ids(saver, config, before=before, limit=_MOST_READ if metadata else limit)
        configs = [_at(config, checkpoint_id) for checkpoint_id in ids]
    states = [await _read_one(graph, saver, one) for one in configs]
    return [state for state in states if _matches(state, metadata)][:limit]


async def _ids(
    saver: OwnedSaver, config: RunnableConfig, *, before: str | None, limit: int
) -> Sequence[str]:
    chosen = config["configurable"].get("checkpoint_id")
    if chosen is not None:
        return [chosen]
    return await saver.alist_ids(config, before=before, limit=limit)


async def _read_one(
    graph: Graph, saver: BaseCheckpointSaver[Any], config: RunnableConfig
) -> StateSnapshot | BrokenState:
    try:
        return await read_snapshot(graph, saver, config)
    except UnreadableState as error:
        return BrokenState(config, str(error))


def _matches(state: StateSnapshot | BrokenState, metadata: Mapping[str, Any] | None) -> bool:
    if not metadata:
        return True
    stored: Mapping[str, Any] = {}
    if isinstance(state, StateSnapshot):
        stored = cast("Mapping[str, Any]", state.metadata or {})
    return all(key in stored and stored[key] == value for key, value in metadata.items())


def _at(config: RunnableConfig, checkpoint_id: str) -> RunnableConfig:
    at = {**config["configurable"], "checkpoint_id": checkpoint_id}
    return {**config, "configurable": at}


def _as_stored(graph: Graph, saved: CheckpointTuple) -> StateSnapshot:
    """Return what a checkpoint holds of the graph's keys; what comes next cannot be said."""
    stored = saved.checkpoint["channel_values"]
    shown = graph.stream_channels_asis
    if isinstance(shown, str):
        values = stored.get(shown)
    else:
        values = {key: stored[key] for key in shown if key in stored}
    at = saved.checkpoint["ts"]
    return StateSnapshot(values, (), saved.config, saved.metadata, at, saved.parent_config, (), ())


def _empty(config: RunnableConfig) -> StateSnapshot:
    return StateSnapshot({}, (), config, None, None, None, (), ())


def _log(config: RunnableConfig, error: BaseException) -> None:
    fields = {"thread_id": config["configurable"]["thread_id"], "error": repr(error)}
    logger.warning("a graph cannot read the state of its thread", extra=fields)
