"""An author's own validators refuse an input, whatever they raise or return."""

from datetime import date
from typing import Any

import pytest
from pydantic import (
    BaseModel,
    field_validator,
    model_validator,
)

from tests.app.graphs.contracts.inputs import Everything, Topic, contract, refused


def raising(error: BaseException) -> type[BaseModel]:
    class Own(BaseModel):
        topic: str

        @field_validator("topic")
        @classmethod
        def fail(cls, _: str) -> str:
            raise error

    return Own


@pytest.mark.parametrize(
    "error",
    [KeyError("k"), ZeroDivisionError(), TypeError(), RecursionError(), SystemExit(2), OSError()],
)
def test_validator_that_raises_anything_refuses_the_input(error: BaseException) -> None:
    wrong = refused(contract(Topic, raising(error)), {"topic": "x"})

    assert type(error).__name__ in wrong["input.topic"]


class Careless(BaseModel):
    count: int
    size: int = 3

    @model_validator(mode="before")
    @classmethod
    def take_text(cls, value: Any) -> Any:
        return {"count": 1} if value == "one" else value

    @model_validator(mode="after")  # type: ignore[misc]  # the mistake that is tested
    def forget_to_return(self) -> None:
        assert self.count > 0


def test_defaults_are_added_where_a_validator_returns_nothing() -> None:
    assert contract(Everything, Careless).accept({"count": 1}) == {"count": 1, "size": 3}


def test_text_that_a_validator_takes_is_refused_since_langgraph_takes_objects() -> None:
    assert "object" in refused(contract(Everything, Careless), "one")["input"]


def test_date_behind_a_before_validator_is_read_from_text_and_from_nothing_else() -> None:
    class Own(BaseModel):
        topic: date
        count: int = 0

        @model_validator(mode="before")
        @classmethod
        def look(cls, value: Any) -> Any:
            return value

    assert contract(Topic, Own).accept({"topic": "2026-11-30"})["topic"] == "2026-11-30"
    assert list(refused(contract(Topic, Own), {"topic": "2026-11-30", "count": "1"})) == [
        "input.count"
    ]
    assert list(refused(contract(Topic, Own), {"topic": 20261130})) == ["input.topic"]
