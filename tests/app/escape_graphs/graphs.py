"""Graphs that raise at every place where an author's code runs; `kind` says what."""

import asyncio
import operator
from collections.abc import Callable
from typing import Annotated, Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import StructuredTool
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, decided


class Odd(BaseException):
    """A BaseException of the author's own."""


KINDS: dict[str, Callable[[], BaseException]] = {
    "SystemExit": lambda: SystemExit(2),
    "KeyboardInterrupt": KeyboardInterrupt,
    "GeneratorExit": GeneratorExit,
    "StopIteration": StopIteration,
    "StopAsyncIteration": StopAsyncIteration,
    "Odd": lambda: Odd("odd"),
}


class State(TypedDict, total=False):
    kind: str
    notes: Annotated[list[str], operator.add]
    parts: Annotated[dict[str, str], by_branch]


def escape(state: State) -> Any:
    error = KINDS[state["kind"]]()
    raise error


async def escape_async(state: State) -> Any:
    await asyncio.sleep(0)
    escape(state)


async def well(state: State) -> State:
    return {"notes": ["well"]}


async def well_part(state: State) -> State:
    return {"parts": {"well_part": "well"}}


async def fails(state: State) -> State:
    raise ConnectionError("not today")


def join(state: State) -> State:
    return {"notes": ["joined"]}


class Node:
    """A callable object."""

    async def __call__(self, state: State) -> Any:
        escape(state)


class Handler(BaseCallbackHandler):
    """Raises when a chain inside a node starts; `raise_error` lets ordinary errors through."""

    raise_error = True

    def __init__(self, *, run_inline: bool) -> None:
        self.run_inline = run_inline

    def on_chain_start(self, serialized: Any, inputs: Any, **_: Any) -> None:
        escape(inputs)


def side_by_side(node: Any, **options: Any) -> Any:
    """One node beside another that does well."""
    builder = StateGraph(State)
    builder.add_node("bad", node, **options)
    builder.add_node("good", well)
    builder.add_edge(START, "bad")
    builder.add_edge(START, "good")
    return builder.compile()


def alone(node: Any, **options: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("bad", node, **options)
    builder.add_edge(START, "bad")
    return builder.compile()


def routed(route: Any, *, source: str) -> Any:
    builder = StateGraph(State)
    builder.add_node("bad", well)
    builder.add_node("good", well)
    builder.add_edge(START, "bad")
    builder.add_edge(START, "good")
    if source == START:
        builder.add_conditional_edges(START, route, ["bad"])
    else:
        builder.add_node("end", well)
        builder.add_conditional_edges("bad", route, ["end"])
    return builder.compile()


def fan_out(*branches: Branch, **options: Any) -> Any:
    builder = StateGraph(State)
    add_fan_out(builder, [*branches, Branch(well_part)], **{"join": join, **options})
    return builder.compile()


def fan_out_over(items_of: Any) -> Any:
    builder = StateGraph(State)
    add_fan_out(builder, Branch(well_part), over=items_of, join=join)
    return builder.compile()


def plain_join(node: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node(well)
    builder.add_node("other", well)
    builder.add_node("bad", node)
    builder.add_edge(START, "well")
    builder.add_edge(START, "other")
    builder.add_edge(["well", "other"], "bad")
    return builder.compile()


async def fails_to_be_retried(state: State) -> State:
    raise ConnectionError(state["kind"])


def retrying(error: BaseException) -> bool:
    escape({"kind": str(error)})
    return False


inner = side_by_side(escape_async)


async def invokes_inner(state: State) -> State:
    await inner.ainvoke(state)
    return {}


inner_sync = alone(escape)


def invokes_inner_sync(state: State) -> State:
    inner_sync.invoke(state)
    return {}


async def gathers(state: State) -> State:
    await asyncio.gather(escape_async(state), well(state))
    return {}


async def groups(state: State) -> State:
    async with asyncio.TaskGroup() as group:
        group.create_task(escape_async(state))
    return {}


async def uses_thread(state: State) -> State:
    await asyncio.to_thread(escape, state)
    return {}


def with_callback(*, run_inline: bool) -> Any:
    async def calls(state: State, config: RunnableConfig) -> State:
        chain = RunnableLambda(well)
        await chain.ainvoke(state, {"callbacks": [Handler(run_inline=run_inline)]})
        return {}

    return calls


def with_tool(**functions: Any) -> Any:
    tool = StructuredTool.from_function(name="tool", description="A tool.", **functions)

    async def calls(state: State) -> State:
        await asyncio.gather(tool.ainvoke({"kind": state["kind"]}), well(state))
        return {}

    return calls


def tool_sync(kind: str) -> None:
    escape({"kind": kind})


async def tool_async(kind: str) -> None:
    await escape_async({"kind": kind})


class ReducedState(TypedDict, total=False):
    kind: str
    reduced: Annotated[list[str], lambda _, new: escape({"kind": new[0]})]


async def writes_to_be_reduced(state: ReducedState) -> dict[str, Any]:
    return {"reduced": [state["kind"]]}


def reduced() -> Any:
    builder = StateGraph(ReducedState)
    builder.add_node("bad", writes_to_be_reduced)
    builder.add_edge(START, "bad")
    return builder.compile()


GRAPHS: dict[str, Any] = {
    "node_async": side_by_side(escape_async),
    "node_def": side_by_side(escape),
    "node_object": side_by_side(Node()),
    "node_runnable": side_by_side(RunnableLambda(escape_async)),
    "alone_async": alone(escape_async),
    "alone_def": alone(escape),
    "router_async": routed(escape_async, source="bad"),
    "router_def": routed(escape, source="bad"),
    "router_of_start": routed(escape, source=START),
    "join_of_nodes": plain_join(escape_async),
    "tool_async": side_by_side(with_tool(coroutine=tool_async)),
    "tool_def": side_by_side(with_tool(func=tool_sync)),
    "gather": side_by_side(gathers),
    "task_group": side_by_side(groups),
    "to_thread": side_by_side(uses_thread),
    "callback": side_by_side(with_callback(run_inline=True)),
    "callback_in_thread": side_by_side(with_callback(run_inline=False)),
    "retry_on": side_by_side(
        fails_to_be_retried, retry_policy=RetryPolicy(retry_on=retrying, max_attempts=2)
    ),
    "retry_on_alone": alone(
        fails_to_be_retried, retry_policy=RetryPolicy(retry_on=retrying, max_attempts=2)
    ),
    "reducer": reduced(),
    "sub_graph": side_by_side(inner),
    "sub_graph_called": side_by_side(invokes_inner),
    "sub_graph_called_sync": side_by_side(invokes_inner_sync),
    "branch_async": fan_out(Branch(escape_async)),
    "branch_def": fan_out(Branch(escape)),
    "branch_optional": fan_out(Branch(escape_async, required=False)),
    "branch_fallback": fan_out(Branch(fails, fallback=escape_async)),
    "branch_retry_on": fan_out(Branch(fails_to_be_retried, attempts=2, retry_on=retrying)),
    "branch_sub_graph": fan_out(Branch(inner, name="inner", writes=["parts"])),
    "kit_join": fan_out(Branch(well_part, name="another"), join=escape_async),
    "kit_choose": fan_out(Branch(well_part, name="another"), choose=escape),
    "kit_over": fan_out_over(escape),
    "kit_decided": fan_out(
        Branch(well_part, name="another"), until=decided(by=lambda given, _: escape(given))
    ),
}

globals().update(GRAPHS)
