"""Where a run paused, and which nodes it goes on with: at a question, or at a breakpoint.

A breakpoint is LangGraph's `interrupt_before` or `interrupt_after`, compiled into a graph or into
one of its sub-graphs. It asks nothing, so it is resumed with null.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StateSnapshot

from app.errors import NeedsThread
from app.graphs.namespaces import path_of
from app.graphs.shape import Graph, Path
from app.runs.run import Run
from app.threads.snapshots import read_snapshot


async def note_pause(
    run: Run, graph: Graph, saver: BaseCheckpointSaver[Any] | None, asking: Sequence[str]
) -> None:
    """Note which nodes a paused run goes on with; `asking` are those that asked a question.

    Raises:
        NeedsThread: it paused at a breakpoint on no thread, so nothing could resume it.
    """
    if run.thread_id is None and not run.interrupts:
        raise NeedsThread(
            f"run {run.id} paused at a breakpoint{_named(graph)}, and on no thread nothing can "
            f"resume it: start it with a thread_id"
        )
    nodes: Sequence[str] = asking
    if run.thread_id is not None and saver is not None:
        config: Any = {"configurable": {"thread_id": run.thread_id}}
        nodes = (await read_snapshot(graph, saver, config)).next or asking
    run.next = list(dict.fromkeys(nodes))


async def was_paused(run: Run, graph: Graph, state_id: str) -> bool:
    """Whether an earlier attempt of a run got to a breakpoint, and was killed there.

    To continue would step over the breakpoint, which nobody allowed. `state_id` is the thread that
    the state is stored under.
    """
    graphs = dict(_graphs_with_breakpoints(graph))
    if not graphs:
        return False
    config: Any = {"configurable": {"thread_id": state_id}}
    state = await graph.aget_state(config, subgraphs=True)
    for path, one in _states(state, ()):
        if (here := graphs.get(path)) is None or not _is_of(one, run):
            continue
        if _stops(here.interrupt_before_nodes, one.next):
            return True
        if here.interrupt_after_nodes and await _has_run(here, graph, one):
            return True
    return False


async def _has_run(here: Graph, graph: Graph, state: StateSnapshot) -> bool:
    """Whether the step that led to a state had a node with a breakpoint after it."""
    if not state.next or state.parent_config is None:
        return False
    before = await graph.aget_state(state.parent_config)
    return _stops(here.interrupt_after_nodes, before.next)


def _stops(breakpoints: Any, nodes: Sequence[str]) -> bool:
    return bool(nodes) if breakpoints == "*" else not set(breakpoints).isdisjoint(nodes)


def _is_of(state: StateSnapshot, run: Run) -> bool:
    return (state.metadata or {}).get("run_id") == run.id


def _states(state: StateSnapshot, path: Path) -> Iterator[tuple[Path, StateSnapshot]]:
    """Yield the state of a graph and those of its sub-graphs, with the paths to them."""
    yield path, state
    for task in state.tasks:
        if isinstance(task.state, StateSnapshot):
            ns = task.state.config["configurable"].get("checkpoint_ns", "")
            yield from _states(task.state, path_of(ns))


def _graphs_with_breakpoints(graph: Graph) -> Iterator[tuple[Path, Graph]]:
    if _has_breakpoints(graph):
        yield (), graph
    for place, inner in graph.get_subgraphs(recurse=True):
        if isinstance(inner, CompiledStateGraph) and _has_breakpoints(inner):
            yield tuple(place.split("|")), inner


def _has_breakpoints(graph: Graph) -> bool:
    return bool(graph.interrupt_before_nodes or graph.interrupt_after_nodes)


def _named(graph: Graph) -> str:
    """Return which breakpoints there are, in brackets."""
    named = [
        f"{kind}={nodes if nodes == '*' else ', '.join(nodes)}"
        for _, one in _graphs_with_breakpoints(graph)
        for kind, nodes in (
            ("interrupt_before", one.interrupt_before_nodes),
            ("interrupt_after", one.interrupt_after_nodes),
        )
        if nodes
    ]
    return f" ({'; '.join(named)})" if named else ""
