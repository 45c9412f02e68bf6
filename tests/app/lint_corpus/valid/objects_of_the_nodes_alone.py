"""Objects that nodes write and read among themselves, in a graph without an input schema."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel
from typing_extensions import TypedDict

INPUT = {"goal": "tides"}


class Plan(BaseModel):
    steps: list[str]


class State(TypedDict, total=False):
    goal: str
    plan: Plan
    verdict: Plan
    history: Annotated[list[Plan], operator.add]


def planner(state: State) -> State:
    update: State = {"plan": Plan(steps=[state["goal"]])}
    update["history"] = [update["plan"]]
    return update


def judge(state: State) -> Command[str]:
    return Command(update={"verdict": state["history"][-1]})


builder = StateGraph(State)
builder.add_node(planner)
builder.add_node(judge)
builder.add_edge(START, "planner")
builder.add_edge("planner", "judge")
graph = builder.compile()
