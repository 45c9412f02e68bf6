"""What earlier attempts of a run left in its checkpoints: their steps, and what tasks wrote."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from app.runs.run import Run

_PAGE = 20
"""Checkpoints that are in memory at once: each holds the whole state."""

_NO_STATE = ("branch:", "join:", "__")
"""How channels begin that are LangGraph's own: triggers, errors, tasks."""


@dataclass
class EarlierAttempts:
    """Of a run that continues from its own checkpoint."""

    steps_made: int | None = None
    """None where the run's first checkpoint is gone."""

    writes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the checkpoint_ns of a task."""


async def read_earlier_attempts(
    run: Run, saver: BaseCheckpointSaver[Any], finished: Iterable[str]
) -> EarlierAttempts:
    """Return what a run's checkpoints say of it, and of its tasks that are over, by checkpoint_ns.

    What a task wrote is left out where its checkpoint is gone.
    """
    earlier = EarlierAttempts()
    by_graph: dict[str, dict[str, str]] = defaultdict(dict)
    for ns in finished:
        graph, _, own = ns.rpartition("|")
        by_graph[graph][own.rpartition(":")[2]] = ns
    last: int | None = None
    for graph in ("", *(graph for graph in by_graph if graph)):
        async for one in _checkpoints_of(run, saver, graph):
            _add_writes(earlier.writes, one, by_graph[graph])
            if graph:
                continue
            step = one.metadata["step"]
            last = step if last is None else last
            if one.metadata["source"] == "input":
                earlier.steps_made = last + 1 - step
                break
    return earlier


async def _checkpoints_of(
    run: Run, saver: BaseCheckpointSaver[Any], ns: str
) -> AsyncIterator[CheckpointTuple]:
    """Yield a run's checkpoints of one graph, the newest first."""
    at: dict[str, Any] = {"thread_id": run.thread_id or run.id, "checkpoint_ns": ns}
    before: RunnableConfig | None = None
    while True:
        page = saver.alist({"configurable": at}, before=before, limit=_PAGE)
        count = 0
        async for one in page:
            count += 1
            if one.metadata.get("run_id") != run.id:
                return
            before = one.config
            yield one
        if count < _PAGE:
            return


def _add_writes(
    writes: dict[str, dict[str, Any]], one: CheckpointTuple, tasks: dict[str, str]
) -> None:
    for task_id, channel, value in one.pending_writes or ():
        if task_id in tasks and not channel.startswith(_NO_STATE):
            writes.setdefault(tasks[task_id], {})[channel] = value
