"""Two nodes, one after the other; exported before it is compiled."""

from dataclasses import dataclass

from langgraph.graph import END, START, StateGraph


@dataclass
class State:
    number: int
    doubled: int = 0


async def double(state: State) -> dict[str, int]:
    return {"doubled": state.number * 2}


async def again(state: State) -> dict[str, int]:
    return {"doubled": state.doubled * 2}


builder = StateGraph(State)
builder.add_node(double)
builder.add_node(again)
builder.add_edge(START, "double")
builder.add_edge("double", "again")
builder.add_edge("again", END)
