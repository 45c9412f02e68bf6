"""An input schema with aliases: top-level keys reach the nodes by name, nested ones as they are."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

PLACE = {"cityName": "Ghent", "zip": "9000"}
EXAMPLES = [
    Example(
        {"userId": "u1", "place": PLACE, "loc": "en"},
        plain={"user_id": "u1", "place": PLACE, "language": "en"},
    ),
    Example(
        {"userId": "u1", "place": {"cityName": "Ghent"}, "lang": "nl"},
        plain={"user_id": "u1", "place": {"cityName": "Ghent"}, "language": "nl"},
    ),
]


class Place(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    city_name: str
    zip: str = ""


class Request(BaseModel):
    user_id: str = Field(alias="userId")
    place: Place
    language: str = Field(validation_alias=AliasChoices("lang", "loc"))


class Result(BaseModel):
    owner_id: str = Field(alias="ownerId")
    saw: str


class State(TypedDict, total=False):
    user_id: str
    place: dict[str, Any]
    language: str
    owner_id: str
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state), "owner_id": state["user_id"]}


builder = StateGraph(State, input_schema=Request, output_schema=Result)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
