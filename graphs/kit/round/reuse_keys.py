"""The key of a branch, the same in every run of one input: a retry reuses results by it.

A key is the path of nodes that leads to the branch, each with its position in time. The position
counts the steps that a run has left, because a thread that is used again goes on counting the steps
it has made. The keys of a resumed run therefore match no other run and must not be reused.
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


def begin_branch(config: RunnableConfig, ns: str, index: int | None = None) -> str:
    """Return the key of the branch, or of its item, that begins in the namespace `ns`."""
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
    key += f"{_name(own)}{item}@{_steps_left(configurable)}"
    _WITHIN.set((ns, f"{key}/"))
    return key


def _name(segment: str) -> str:
    """Return a node's name; what has no task id is the number of a graph called again."""
    return segment.rpartition(":")[0] or segment


def _steps_left(configurable: Mapping[str, Any]) -> int:
    scratchpad = configurable[SCRATCHPAD]
    left: int = scratchpad.stop - scratchpad.step
    return left


def _step_at(checkpoints: Mapping[str, Any], ns: str) -> str:
    """Return the step of a graph around: LangGraph writes it into its checkpoint ids."""
    checkpoint_id = checkpoints.get(ns)
    return "" if checkpoint_id is None else f"@{UUID(checkpoint_id).clock_seq}"
