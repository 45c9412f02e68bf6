"""What LangGraph's checkpoint_ns says: by which nodes of which sub-graphs a task came to run."""

from app.graphs.shape import Path


def path_of(ns: str) -> Path:
    """Return the names of the nodes that lead to a task, from its checkpoint namespace."""
    segments = [part for part in ns.split("|") if not part.isdigit()]
    return tuple(segment.rpartition(":")[0] or segment for segment in segments)


def ns_around(ns: str) -> str:
    """Return the checkpoint_ns of the task whose sub-graph this one runs in."""
    segments = ns.split("|")[:-1]
    while segments and segments[-1].isdigit():
        segments.pop()
    return "|".join(segments)


def is_within(ns: str, outer: str) -> bool:
    """Whether a task is another one, or runs in its sub-graph, by their checkpoint_ns."""
    return f"{ns}|".startswith(f"{outer}|")
