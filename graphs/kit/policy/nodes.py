"""Any node an author hands to the kit: its name, its schema, and one way to call it."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, get_type_hints

from langchain_core.runnables import (
    Runnable,
    RunnableConfig,
    RunnableLambda,
    run_in_executor,
)
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from graphs.kit.errors import KitError

Node: TypeAlias = Callable[..., Any] | Runnable[Any, Any]

_INJECTABLE = frozenset({"config", "runtime", "store", "writer"})
"""What LangGraph gives a function that names it among its parameters."""


def name_of(node: Node) -> str:
    """Return the name a node goes by; raise KitError when it has none of its own."""
    name = node.get_name() if isinstance(node, Runnable) else getattr(node, "__name__", "")
    if not name or name in ("<lambda>", "LangGraph"):
        raise KitError(
            f"{node!r} has no name of its own: say Branch(node, name=…), or compile(name=…)"
        )
    return str(name)


def is_async(node: Node) -> bool:
    """Whether cancelling a node's task really ends its work."""
    if isinstance(node, RunnableLambda):
        return hasattr(node, "afunc")
    if isinstance(node, Runnable):
        return True
    return inspect.iscoroutinefunction(node) or inspect.iscoroutinefunction(
        getattr(node, "__call__", None)  # noqa: B004  # asks whether an object's call is async
    )


def output_keys(node: Node) -> Sequence[str] | None:
    """Return the keys a sub-graph's output schema names; None for any other node."""
    if not isinstance(node, CompiledStateGraph):
        return None
    return list(node.builder.schemas[node.builder.output_schema])


def returns_every_key(node: object) -> bool:
    """Whether a node is a sub-graph without an output schema of its own."""
    if not isinstance(node, CompiledStateGraph):
        return False
    return node.builder.output_schema is node.builder.state_schema


def input_schema_of(node: Node, default: type[Any]) -> type[Any]:
    """Return the schema a node reads: its first parameter's annotation, as LangGraph infers it."""
    if isinstance(node, Runnable):
        return default
    try:
        first = next(iter(inspect.signature(node).parameters))
        hint = get_type_hints(node).get(first)
        return hint if isinstance(hint, type) and get_type_hints(hint) else default
    except (NameError, TypeError, StopIteration):
        return default


def return_hint_of(node: Node) -> Any:
    """Return what a node says it returns: LangGraph draws `Command[Literal[…]]` from it."""
    try:
        return None if isinstance(node, Runnable) else get_type_hints(node).get("return")
    except (NameError, TypeError):
        return None


def injected_into(node: Node) -> frozenset[str]:
    """Return the names of what a function wants beside the state."""
    if isinstance(node, Runnable):
        return frozenset()
    return _INJECTABLE & inspect.signature(node).parameters.keys()


async def call(
    node: Node, wanted: frozenset[str], state: Any, config: RunnableConfig, runtime: Runtime[Any]
) -> Any:
    """Call a node as LangGraph would, with what it wants beside the state."""
    if isinstance(node, Runnable):
        return await node.ainvoke(state, config)
    available = {
        "config": config,
        "runtime": runtime,
        "store": runtime.store,
        "writer": runtime.stream_writer,
    }
    injected = {name: available[name] for name in wanted}
    if is_async(node):
        return await node(state, **injected)
    return await run_in_executor(config, node, state, **injected)
