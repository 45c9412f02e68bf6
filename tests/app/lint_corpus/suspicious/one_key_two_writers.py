"""Two nodes of one superstep whose returns name one key without reducer."""

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "guess, look_up"


class State(TypedDict, total=False):
    topic: str
    answer: str


class Oracle:
    async def __call__(self, state: State) -> State:
        if state["topic"]:
            return {"answer": "perhaps"}
        return {}


def look_up(state: State) -> State:
    def nested() -> dict[str, str]:
        return {"topic": "not returned by the node"}

    return {"answer": nested()["topic"]}


builder = StateGraph(State)
builder.add_node("guess", Oracle())
builder.add_node("look_up", look_up)
builder.add_edge(START, "guess")
builder.add_edge(START, "look_up")
graph = builder.compile()
