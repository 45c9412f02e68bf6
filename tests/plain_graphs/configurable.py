"""Settings read from config["configurable"], as graphs from before `context` do."""

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x"}),
    Example({"topic": "x"}, config={"configurable": {"depth": 5, "user_id": "ann"}}),
    Example(
        {"topic": "x"},
        config={"configurable": {"options": {"deep": [1, None, 2.5]}, "user_id": None}},
    ),
]


class State(TypedDict, total=False):
    topic: str
    saw: str


def look(state: State, config: RunnableConfig) -> State:
    names = ("depth", "user_id", "options")
    configurable = config.get("configurable", {})
    return {"saw": seen({name: configurable[name] for name in names if name in configurable})}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
