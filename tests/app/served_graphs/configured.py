"""A node that says what it finds in its config, as often as it is to."""

from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    rounds: int
    seen: Any


async def look(state: State, config: RunnableConfig) -> State:
    own = {key: value for key, value in config["configurable"].items() if key[:2] != "__"}
    seen = {
        "configurable": own,
        "metadata": config.get("metadata", {}),
        "tags": config.get("tags", []),
        "recursion_limit": config.get("recursion_limit"),
    }
    return {"seen": seen, "rounds": state.get("rounds", 0) - 1}


def again(state: State) -> str:
    return "look" if state["rounds"] > 0 else END


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_conditional_edges("look", again, ["look", END])
graph = builder.compile()
