"""States as the graph that ran last reads them, also those that another graph wrote.

LangGraph ignores keys that a graph does not know. It fails where a key that both have is of another
kind, or where a reducer does not take what the other graph left: such a state is shown as stored.
"""

import logging
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.types import StateSnapshot

from app.errors import StorageUnavailable
from app.graphs.shape import Graph

logger = logging.getLogger(__name__)

_OF_THE_GRAPH = (Exception, SystemExit, KeyboardInterrupt)
"""What its channels and reducers may raise; reading an interrupted state runs them."""


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
    """
    graph = graph.copy(update={"checkpointer": saver})
    try:
        return await graph.aget_state(config, subgraphs=subgraphs)
    except StorageUnavailable:
        raise
    except _OF_THE_GRAPH as error:
        _log(config, error)
    saved = await saver.aget_tuple(config)
    return _empty(config) if saved is None else _as_stored(graph, saved)


async def list_snapshots(
    graph: Graph,
    saver: BaseCheckpointSaver[Any],
    config: RunnableConfig,
    **options: Any,
) -> list[StateSnapshot]:
    """Return the states of a thread, the newest first; options are those of `alist`.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    reading = graph.copy(update={"checkpointer": saver})
    try:
        return [state async for state in reading.aget_state_history(config, **options)]
    except StorageUnavailable:
        raise
    except _OF_THE_GRAPH as error:  # each state is read by itself
        _log(config, error)
    saved = [one async for one in saver.alist(config, **options)]
    return [await read_snapshot(graph, saver, one.config) for one in saved]


def _as_stored(graph: Graph, saved: CheckpointTuple) -> StateSnapshot:
    """Return what a checkpoint holds of the graph's keys; what comes next cannot be said."""
    stored = saved.checkpoint["channel_values"]
    values = {key: stored[key] for key in graph.stream_channels_list if key in stored}
    at = saved.checkpoint["ts"]
    return StateSnapshot(values, (), saved.config, saved.metadata, at, saved.parent_config, (), ())


def _empty(config: RunnableConfig) -> StateSnapshot:
    return StateSnapshot({}, (), config, None, None, None, (), ())


def _log(config: RunnableConfig, error: BaseException) -> None:
    fields = {"thread_id": config["configurable"]["thread_id"], "error": repr(error)}
    logger.warning("a graph cannot read the state of its thread", extra=fields)
