"""Graphs that pause: at breakpoints, at questions, at both, inside sub-graphs and Send items."""

import operator
from typing import Annotated, Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    topic: str
    notes: Annotated[list[str], operator.add]


class Output(TypedDict, total=False):
    notes: Annotated[list[str], operator.add]


def first(state: State) -> State:
    return {"notes": ["first"]}


def second(state: State) -> State:
    return {"notes": ["second"]}


def publish(state: State) -> State:
    return {"notes": ["publish"]}


def ask(state: State) -> State:
    return {"notes": [f"asked: {interrupt('may I?')}"]}


def each(state: State) -> State:
    return {"notes": [f"{state['topic']}: {interrupt(state['topic'])}"]}


def line(*nodes: Any, output: Any = None) -> Any:
    """Return a graph of nodes one after the other."""
    builder = StateGraph(State, output_schema=output or State)
    builder.add_sequence(nodes)
    builder.add_edge(START, nodes[0].__name__)
    return builder


def side_by_side(*nodes: tuple[str, Any]) -> Any:
    """Return a graph of nodes side by side and their join, by a list edge."""
    builder = StateGraph(State)
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(START, name)
    builder.add_node(publish)
    builder.add_edge([name for name, _ in nodes], "publish")
    return builder


def sends(node: Any) -> Any:
    """Return a graph that runs a node for three items, and then a join."""
    builder = StateGraph(State)
    builder.add_node("each", node)
    builder.add_node(publish)
    items = [Send("each", {"topic": topic}) for topic in "xyz"]
    builder.add_conditional_edges(START, lambda _: items, ["each"])
    builder.add_edge("each", "publish")
    return builder


def detour(state: State) -> str:
    return "publish" if state["topic"] == "public" else END


pair = (("first", first), ("second", second))

before = side_by_side(*pair).compile(interrupt_before=["publish"])
after = side_by_side(*pair).compile(interrupt_after=["first"])
everywhere = line(first, second).compile(interrupt_before="*")
after_last = line(first, second).compile(interrupt_after=["second"])
after_all = line(first, second).compile(interrupt_after="*")

rarely_line = line(first)
rarely_line.add_node(publish)
rarely_line.add_conditional_edges("first", detour, ["publish", END])
rarely = rarely_line.compile(interrupt_before=["publish"])

inner = line(first, second).compile(interrupt_before=["second"])
nested = side_by_side(("inner", inner), ("second", second)).compile()
nested_twice = side_by_side(
    ("outer", side_by_side(("inner", inner)).compile()), ("second", second)
).compile()

asks_beside_inner = side_by_side(("ask", ask), ("inner", inner)).compile()
asks_beside = side_by_side(("ask", ask), ("second", second)).compile()
asks = line(ask, second).compile()
asks_at_breakpoint = line(first, ask).compile(interrupt_before=["ask"])


item = line(first, second, output=Output).compile(interrupt_before=["second"])
items = sends(item).compile()
items_ask = sends(line(each, output=Output).compile()).compile()

own_saver = side_by_side(*pair).compile(checkpointer=InMemorySaver())
own_saver_asks = line(ask, second).compile(checkpointer=InMemorySaver())
saver_within = side_by_side(
    ("inner", line(first, output=Output).compile(checkpointer=True)),
    ("kept", line(second, output=Output).compile(checkpointer=InMemorySaver())),
    ("bare", line(second, output=Output).compile(checkpointer=False)),
).compile(checkpointer=InMemorySaver())


async def call_inner(state: State) -> State:
    said = await line(first).compile(checkpointer=InMemorySaver()).ainvoke(state)
    return {"notes": said["notes"]}


saver_called = line(call_inner).compile()
