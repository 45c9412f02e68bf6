"""Unions that a key tells apart, in a Pydantic state and as the JSON of a list."""

from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"pet": {"kind": "cat", "lives": 9}}),
    Example({"pet": {"kind": "dog"}, "others": [{"kind": "dog", "name": "Rex"}, {"kind": "cat"}]}),
]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 7


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str | None = None


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class State(BaseModel):
    pet: Pet
    others: list[Pet] = []
    number: int | str | None = None
    saw: str = ""


def look(state: State) -> dict[str, Any]:
    return {"saw": seen(state), "number": len(state.others)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
