"""Constraints beside the type: a request that meets them reaches the node as it is."""

from typing import Annotated

from langgraph.graph import END, START, StateGraph
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides", "depth": 1, "score": 0.5, "tags": ["a"], "code": "AB-12"}),
    Example({"shout": "quiet", "padded": "  text  ", "trimmed": " x "}),
]


class State(TypedDict, total=False):
    topic: Annotated[str, Field(min_length=3, max_length=20, description="What about?")]
    depth: Annotated[int, Field(ge=1, le=5)]
    score: Annotated[float, Field(gt=0, lt=1)]
    tags: Annotated[list[str], Field(min_length=1)]
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}-\d+$")]
    shout: Annotated[str, AfterValidator(str.upper)]
    padded: Annotated[str, BeforeValidator(str.strip)]
    trimmed: Annotated[str, StringConstraints(strip_whitespace=True)]
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
