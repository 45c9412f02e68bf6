"""A Pydantic model as context: nodes get its types, secrets unmasked."""

from datetime import date

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, SecretStr
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x"}, context={"user": "ann"}),
    Example({"topic": "x"}, context={"user": "ann", "model": {"name": "big"}, "limit": 3}),
    Example({"topic": "x"}, context={"user": "", "limit": None}),
    Example({"topic": "x"}, context={"user": "ann", "key": "s3cret", "since": "2020-02-29"}),
]


class Model(BaseModel):
    name: str = "small"
    temperature: float = 0.0


class Context(BaseModel):
    user: str
    model: Model = Model()
    limit: int | None = None
    key: SecretStr = SecretStr("none")
    since: date = date(2026, 1, 1)


class State(TypedDict, total=False):
    topic: str
    saw: str


def look(state: State, runtime: Runtime[Context]) -> State:
    return {"saw": seen(runtime.context)}


builder = StateGraph(State, context_schema=Context)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
