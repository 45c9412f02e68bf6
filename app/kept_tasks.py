"""The tasks of a run's next step that have ended already, and will not be run again."""

from typing import Any

from langgraph.types import StateSnapshot

from app.shape import Graph


async def kept_tasks(graph: Graph, key: str) -> dict[str, Any]:
    """Return what each task wrote that is kept under this key, by place, sub-graphs included.

    LangGraph announces such tasks once more and says nothing of their end.
    """
    config: Any = {"configurable": {"thread_id": key}}
    return _kept(await graph.aget_state(config, subgraphs=True), "")


def _kept(snapshot: StateSnapshot, namespace: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for task in snapshot.tasks:
        place = f"{namespace}|{task.name}:{task.id}".lstrip("|")
        if task.result is not None:
            kept[place] = task.result
        elif isinstance(task.state, StateSnapshot):
            kept |= _kept(task.state, place)
    return kept
