"""A Pydantic state of models within models, with validators and factories of defaults."""

from datetime import date
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"customer": {"name": " ann "}}),
    Example(
        {
            "customer": {"name": "ann", "address": {"city": "Ghent", "since": "2020-02-29"}},
            "lines": [{"product": "Tea", "count": 2}, {"product": "Milk"}],
            "labels": {"a": {"city": "Rome"}},
        }
    ),
]


class Address(BaseModel):
    city: str
    since: date | None = None


class Customer(BaseModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    address: Address = Field(default_factory=lambda: Address(city="nowhere"))


class Line(BaseModel):
    product: str
    count: int = 1

    @field_validator("product")
    @classmethod
    def lower(cls, value: str) -> str:
        return value.lower()


class State(BaseModel):
    customer: Customer
    lines: list[Line] = Field(default_factory=list)
    labels: dict[str, Address] = {}
    total: int | None = None
    saw: str = ""

    @model_validator(mode="after")
    def check(self) -> "State":
        assert self.total is None or self.total >= 0
        return self


def add_up(state: State) -> dict[str, Any]:
    return {"total": sum(line.count for line in state.lines), "saw": seen(state)}


def extend(state: State) -> dict[str, Any]:
    lines = [*state.lines, Line(product="BAG")]
    return {"lines": lines, "customer": state.customer, "saw": seen(state)}


builder = StateGraph(State)
builder.add_sequence([add_up, extend])
builder.add_edge(START, "add_up")
builder.add_edge("extend", END)
graph = builder.compile()
