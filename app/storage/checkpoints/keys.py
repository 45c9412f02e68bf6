"""The names under which LangGraph's saver keeps what the service runs."""

from collections.abc import Iterable


def thread_key(owner: str, graph_id: str, thread_id: str) -> str:
    """Keep threads of different owners and graphs apart, whatever callers name them."""
    return "/".join((owner, graph_id, thread_id))


def thread_keys(owner: str, thread_id: str, graph_ids: Iterable[str]) -> list[str]:
    """Return a thread's keys in all these graphs."""
    return [thread_key(owner, graph_id, thread_id) for graph_id in sorted(graph_ids)]


def run_key(run_id: str) -> str:
    """Return where a run without a thread is kept while it is at work."""
    return f"run:{run_id}"
