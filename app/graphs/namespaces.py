"""What LangGraph's checkpoint_ns says: by which nodes of which sub-graphs a task came to run."""

from app.graphs.shape import Path

HANDLER = "__error_handler__"
"""What LangGraph puts before a node's name to name its error handler."""


def path_of(ns: str) -> Path:
    """Return the names of the nodes that lead to a task, from its checkpoint namespace."""
    segments = [part for part in ns.split("|") if not part.isdigit()]
    return tuple(segment.rpartition(":")[0] or segment for segment in segments)


def place_of(ns: str) -> str:
    """Return a checkpoint_ns without task ids, as a graph with `checkpointer=True` has it."""
    return "|".join(path_of(ns)) if ns else ""


def ns_around(ns: str) -> str:
    """Return the checkpoint_ns of the task whose sub-graph this one runs in."""
    segments = ns.split("|")[:-1]
    while segments and segments[-1].isdigit():
        segments.pop()
    return "|".join(segments)


def is_within(ns: str, outer: str) -> bool:
    """Whether a task is another one, or runs in its sub-graph, by their checkpoint_ns."""
    return f"{ns}|".startswith(f"{outer}|")


def task_id_of(ns: str) -> str:
    """Return the id of a task: its ns in the stream and in callbacks may differ, its id does not.

    They do for an error handler and for a task of the functional API.
    """
    return ns.rpartition(":")[2]


def announced_ns(ns: str) -> str:
    """Return the ns of a task as the stream has it: an error handler runs beside its node."""
    outer, _, own = ns.rpartition("|")
    if not own.startswith(HANDLER):
        return ns
    around = outer.rpartition("|")[0]
    return f"{around}|{own}" if around else own
