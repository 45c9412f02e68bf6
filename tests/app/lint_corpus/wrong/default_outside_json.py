"""The input has bytes for a default that are no text: no request could have sent them."""

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.graphs.contracts import InputContract

NODE = ""


class Input(BaseModel):
    topic: str = "tides"
    picture: bytes = b"\xff\xd8"


class State(TypedDict, total=False):
    topic: str
    picture: str
    size: int


def measure(state: State) -> State:
    return {"size": len(state["picture"])}


builder = StateGraph(State, input_schema=Input)
builder.add_node(measure)
builder.add_edge(START, "measure")
builder.add_edge("measure", END)
graph = builder.compile()


async def goes_wrong() -> bool:
    try:
        InputContract(builder, "Input").accept({"topic": "moons"})
    except InvalidInput as error:
        return "picture" in str(error)
    return False
