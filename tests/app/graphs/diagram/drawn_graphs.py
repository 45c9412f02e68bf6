"""Graphs of every shape that a picture has to show."""

import operator
from collections.abc import Hashable, Sequence
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

Graph = CompiledStateGraph[Any, Any, Any, Any]


class State(TypedDict, total=False):
    notes: Annotated[list[str], operator.add]


async def work(state: State) -> State:
    return state


def router() -> Graph:
    builder = StateGraph(State)
    for name in ("classify", "billing", "look_up", "reply"):
        builder.add_node(name, work)
    builder.add_edge(START, "classify")
    ways: dict[Hashable, str] = {"money": "billing", "machine": "look_up", "spam": END}
    builder.add_conditional_edges("classify", lambda state: "spam", ways)
    builder.add_edge("look_up", "reply")
    builder.add_edge("billing", END)
    builder.add_edge("reply", END)
    return builder.compile(name="router")


def agent_loop() -> Graph:
    builder = StateGraph(State)
    builder.add_node("agent", work)
    builder.add_node("tools", work)
    builder.add_edge(START, "agent")
    ways: dict[Hashable, str] = {"call": "tools", "again": "agent", "done": END}
    builder.add_conditional_edges("agent", lambda state: "done", ways)
    builder.add_edge("tools", "agent")
    return builder.compile(name="agent_loop")


async def join(state: State) -> State:
    return state


def fan_out_of(names: Sequence[str]) -> Graph:
    builder = StateGraph(State)
    add_fan_out(builder, [Branch(work, name=name) for name in names], join=join)
    return builder.compile(name="fan_out")


async def synthesize(state: State) -> State:
    return state


def brief() -> Graph:
    builder = StateGraph(State)
    branches = [
        Branch(work, name="summary"),
        Branch(work, name="questions"),
        Branch(work, name="key_terms", required=False),
    ]
    add_fan_out(builder, branches, join=synthesize)
    return builder.compile(name="brief")


def subgraph_branches() -> Graph:
    builder = StateGraph(State)
    branches = [
        Branch(agent_loop(), name="research", writes=["notes"], required=False),
        Branch(router(), name="support", writes=["notes"]),
        Branch(work, name="facts", required=False),
    ]
    add_fan_out(builder, branches, join=join)
    return builder.compile(name="subgraph_branches")


def over_items() -> Graph:
    builder = StateGraph(State)
    add_fan_out(builder, Branch(work), over=lambda state: state["notes"], join=join)
    return builder.compile(name="over_items")
