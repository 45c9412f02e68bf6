"""What nodes write with LangGraph's stream writer, each with the task that wrote it.

LangGraph streams the value and the sub-graph it came from, and not the node. So a run brings a
runtime of its own, which marks what is written, as LangGraph's server brings one with a store.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from langgraph.config import get_config
from langgraph.constants import START
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from pydantic_core import to_json

from app.graphs.namespaces import path_of
from app.plain_json import shown
from app.report.recorder import Recorder
from app.runs.events import EventLog

RUNTIME_KEY = "__pregel_runtime"
"""Where LangGraph looks for the runtime of whoever calls a graph."""

_MOST_BYTES = 4 * 1024 * 1024
"""How much of this a run stores for its followers."""

_MOST_BYTES_OF_ONE = 64 * 1024

_LEAST_BYTES = 128
"""What an event costs beside its data: it bounds their number, too."""


@dataclass(frozen=True, slots=True)
class Written:
    """A value that a node wrote, and the checkpoint_ns of its task; `name` if it was dispatched."""

    ns: str
    value: Any
    name: str | None = None


def marking_runtime(store: BaseStore | None) -> Runtime[Any]:
    """Return the runtime to call a graph with, so that what its nodes write comes as `Written`."""
    return _MarkingRuntime(store=store)


class _MarkingRuntime(Runtime[Any]):
    """Passes itself on to sub-graphs, which merge it with a writer of their own."""

    def merge(self, other: Runtime[Any]) -> Runtime[Any]:
        merged = super().merge(other)
        values = {one.name: getattr(merged, one.name) for one in fields(merged)}
        if not isinstance(merged.stream_writer, _Marker):
            values["stream_writer"] = _Marker(merged.stream_writer)
        return _MarkingRuntime(**values)


@dataclass(frozen=True)
class _Marker:
    write: Callable[[Any], None]

    def __call__(self, value: Any) -> None:
        self.write(Written(get_config()["configurable"].get("checkpoint_ns", ""), value))


def write_in_turn(event: Written) -> bool:
    """Write a dispatched event to the stream of the task that dispatches it, behind what it wrote.

    False outside a task, where there is none.
    """
    try:
        runtime = get_config()["configurable"].get(RUNTIME_KEY)
    except RuntimeError:
        return False
    if not isinstance(runtime, _MarkingRuntime) or not isinstance(runtime.stream_writer, _Marker):
        return False
    runtime.stream_writer.write(event)
    return True


@dataclass
class CustomEvents:
    """Appends what nodes write to a run's log, up to a bound: followers may be slow, or few."""

    log: EventLog
    recorder: Recorder
    _left: int = field(default=_MOST_BYTES, init=False)

    def write(self, ns: str, value: Any, name: str | None = None) -> None:
        """Append a value of any kind, as JSON; `name` is that of an event that was dispatched.

        `ns` is the checkpoint_ns of the task that wrote it, empty where that is unknown.
        """
        if self._left <= 0:
            self.recorder.warn(f"custom events past the first {_MOST_BYTES} bytes were not stored")
            return
        data = shown(value, _MOST_BYTES_OF_ONE)
        self._left -= _LEAST_BYTES + len(to_json(data))
        branch = self.recorder.name_of(ns)[0] if ns and path_of(ns)[-1] != START else None
        self.log.append("custom", {"branch": branch, "name": name, "data": data})
