"""Schemas of inputs, and what is said of an input that does not fit."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from langgraph.graph import StateGraph
from pydantic import (
    BaseModel,
    Field,
    Json,
    SecretStr,
    field_serializer,
)
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.graphs.contracts import InputContract


def contract(state: Any, own: Any = None) -> InputContract:
    return InputContract(StateGraph(state, input_schema=own), "DemoInput")


def refused(of: InputContract, value: Any, **options: Any) -> dict[str, str]:
    """Return the messages of what does not fit, by their places."""
    with pytest.raises(InvalidInput) as error:
        of.accept(value, **options)
    return {problem["place"]: problem["message"] for problem in error.value.problems}


class Level(Enum):
    LOW = "low"


class Person(BaseModel):
    name: str = Field(alias="Name")
    secret: str = Field(default="", exclude=True)

    @field_serializer("name")
    def shout(self, name: str) -> str:
        return name.upper()


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Everything(TypedDict, total=False):
    day: date
    level: Level
    raw: bytes
    token: SecretStr
    pair: tuple[int, str]
    person: Person
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    packed: Json[list[int]]
    ratio: float
    anything: Any


class Topic(TypedDict, total=False):
    topic: str
