"""The key of a branch, the same in every run of one input: a retry reuses results by it.

A key is the path of nodes that leads to the branch, each with its position in time. In a sub-graph
that is the step; in the graph itself it is the number of steps left, because a thread that is used
again goes on counting those it has made. A run that continues after a crash gets all of them anew,
so the service says how many it had made. The keys of a resumed run must not be reused.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from langchain_core.runnables import RunnableConfig

SCRATCHPAD = "__pregel_scratchpad"
"""Where LangGraph stores a task's step and its number of interrupts."""

_CHECKPOINT_MAP = "checkpoint_map"
"""Where LangGraph stores the checkpoint id of each graph around a task, by namespace."""

_WITHIN: ContextVar[tuple[str, str]] = ContextVar("fanjoin_within", default=("", ""))
"""The namespace and the key of the branch whose task this is, for the fan-outs inside it."""


def begin_branch(
    config: RunnableConfig, ns: str, index: int | None = None, steps_made: int | None = None
) -> str:
    """Return the key of the branch, or of its item, that begins in the namespace `ns`.

    `steps_made` is how many steps of the run earlier attempts made, if there were any.
    """
    configurable = config["configurable"]
    outer, key = _WITHIN.get()
    if not ns.startswith(f"{outer}|"):
        outer, key = "", ""
    *parents, own = ns.removeprefix(outer).removeprefix("|").split("|")
    place = outer
    for parent in parents:
        key += f"{_name(parent)}{_step_at(configurable[_CHECKPOINT_MAP], place)}/"
        place = f"{place}|{parent}" if place else parent
    item = "" if index is None else f"[{index}]"
    key += f"{_name(own)}{item}@{_position(configurable, ns, steps_made)}"
    _WITHIN.set((ns, f"{key}/"))
    return key


def _name(segment: str) -> str:
    """Return a node's name; what has no task id is the number of a graph called again."""
    return segment.rpartition(":")[0] or segment


def _position(configurable: Mapping[str, Any], ns: str, steps_made: int | None) -> str:
    """Return the step of the branch's graph, as a run has it that no crash interrupts."""
    scratchpad = configurable[SCRATCHPAD]
    left: int = scratchpad.stop - scratchpad.step
    graph, _, _ = ns.rpartition("|")
    if not graph:
        return str(left - (steps_made or 0))
    if _is_of_one_task(graph):  # its steps count from the beginning
        return f"+{scratchpad.step}"
    return str(left) if steps_made is None else f"{left}~{steps_made}"  # matches no other run


def _is_of_one_task(ns: str) -> bool:
    """Whether a graph's namespace is new in each run; that of one with a memory is not."""
    last = ns.rpartition("|")[2]
    return ":" in last or last.isdigit()


def _step_at(checkpoints: Mapping[str, Any], ns: str) -> str:
    """Return the step of a graph around: LangGraph writes it into its checkpoint ids."""
    checkpoint_id = checkpoints.get(ns)
    return "" if checkpoint_id is None else f"@{UUID(checkpoint_id).clock_seq}"
