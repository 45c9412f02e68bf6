"""Defaults of an input schema are added to an input as JSON."""

from dataclasses import dataclass, field
from datetime import date

from pydantic import (
    BaseModel,
    Field,
    Secret,
    SecretStr,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass

from tests.app.graphs.contracts.inputs import Everything, Level, Person, Topic, contract, refused


class Defaults(BaseModel):
    topic: str
    token: SecretStr = SecretStr("clear")
    raw: bytes = b"raw"
    day: date = date(2026, 11, 30)
    level: Level = Level.LOW
    person: Person = Person(Name="Ann", secret="x")
    many: list[str] = Field(default_factory=lambda: ["a"])
    size: int = Field(default_factory=lambda data: len(data["topic"]))


def test_default_of_an_absent_key_is_added_as_the_json_of_it() -> None:
    accepted = contract(Topic, Defaults).accept({"topic": "tides", "many": []})

    assert accepted == {
        "topic": "tides",
        "token": "clear",
        "raw": "raw",
        "day": "2026-11-30",
        "level": "low",
        "person": {"Name": "Ann", "secret": "x"},
        "many": [],
        "size": 5,
    }


def test_defaults_of_a_dataclass_are_added() -> None:
    @dataclass
    class Own:
        topic: str
        tags: list[str] = field(default_factory=lambda: ["a"])
        count: int = 3

    assert contract(Topic, Own).accept({"topic": "x"}) == {"topic": "x", "tags": ["a"], "count": 3}


def test_default_that_json_cannot_hold_is_to_be_sent() -> None:
    class Own(BaseModel):
        raw: bytes = Field(default_factory=lambda: b"\xff")

    wrong = refused(contract(Topic, Own), {})

    assert "cannot be written as JSON" in wrong["input.raw"]


def test_whole_state_adds_no_defaults_since_a_thread_may_hold_other_values() -> None:
    class State(BaseModel):
        topic: str
        count: int = 0

    assert contract(State).accept({"topic": "x"}) == {"topic": "x"}


def test_fields_of_a_pydantic_dataclass_have_their_defaults() -> None:
    @pydantic_dataclass
    class Own:
        count: int = Field(gt=0)
        size: int = Field(default=3)
        day: Secret[date] = Field(default_factory=lambda: Secret(date(2026, 11, 30)))

    accepted = contract(Everything, Own).accept({"count": 1})

    assert accepted == {"count": 1, "size": 3, "day": "2026-11-30"}
    assert refused(contract(Everything, Own), {}) == {"input.count": "Field required"}
