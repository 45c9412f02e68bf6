"""What a graph declares of its state, input and output, whatever it was made with."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, cast, get_args, get_origin, get_type_hints

from langgraph.channels.base import BaseChannel
from langgraph.constants import END, START
from langgraph.func import entrypoint
from typing_extensions import TypedDict

from app.graphs.shape import Graph, builder_of


class Declared(Protocol):
    """The schemas of a graph: types with keys, or of one value; a `StateGraph` has them itself."""

    @property
    def state_schema(self) -> Any: ...

    @property
    def input_schema(self) -> Any: ...

    @property
    def output_schema(self) -> Any: ...

    @property
    def context_schema(self) -> Any: ...

    @property
    def schemas(self) -> Iterable[Any]: ...

    @property
    def managed(self) -> Any: ...


def declared_by(graph: Graph) -> Declared:
    """Return the schemas of a compiled graph."""
    builder = builder_of(graph)
    return _of_channels(graph) if builder is None else builder


@dataclass(frozen=True)
class _OfChannels:
    """The schemas of a graph without a StateGraph; its output promises nothing, as a state."""

    input_schema: Any
    state_schema: Any
    context_schema: Any
    schemas: Sequence[Any] = ()
    managed: Sequence[str] = ()

    @property
    def output_schema(self) -> Any:
        return self.state_schema


def _of_channels(graph: Graph) -> Declared:
    hints = _hints_of_entrypoint(graph)
    return _OfChannels(
        input_schema=_schema_of(graph, graph.input_channels, hints, "Input"),
        state_schema=_schema_of(graph, graph.stream_channels_asis, hints, "State"),
        context_schema=graph.context_schema,
    )


def _schema_of(
    graph: Graph, channels: str | Sequence[str], hints: Mapping[str, Any], name: str
) -> Any:
    """Return the type of one channel, or a TypedDict of several."""
    if isinstance(channels, str):
        return hints.get(channels) or _type_of(graph.channels[channels])
    make: Any = TypedDict  # for mypy: the fields are known at run time
    return make(name, {key: _type_of(graph.channels[key]) for key in channels}, total=False)


def _type_of(channel: Any) -> Any:
    hint = channel.UpdateType if isinstance(channel, BaseChannel) else Any
    return Any if isinstance(hint, str) else hint


def _hints_of_entrypoint(graph: Graph) -> dict[str, Any]:
    """Return the types of an `@entrypoint` by channel: its file may hold annotations as text."""
    if graph.input_channels != START or len(graph.nodes) != 1:
        return {}
    (node,) = graph.nodes.values()
    function = _function_of(node.bound)
    try:
        hints = get_type_hints(function, include_extras=True)
        first = next(iter(inspect.signature(cast("Any", function)).parameters))
    except Exception:  # noqa: BLE001  # a name that only a type checker knows
        return {}
    output = hints.get("return", Any)
    if get_origin(output) is entrypoint.final:
        output = get_args(output)[0]
    given = {START: hints.get(first), END: None if output is entrypoint.final else output}
    return {channel: hint for channel, hint in given.items() if hint is not None}


def _function_of(runnable: Any) -> Any:
    function = getattr(runnable, "func", None) or getattr(runnable, "afunc", None)
    while isinstance(function, partial):
        function = function.func
    return function
