"""A Pydantic state with aliases that takes names, too: nodes get its fields either way."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"userId": "u1", "homeTown": None}, plain={"user_id": "u1", "home_town": None}),
    Example({"user_id": "u1", "home_town": "Ghent"}),
]


class State(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    user_id: str
    home_town: str | None = None
    saw: str = ""


def look(state: State) -> dict[str, Any]:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
