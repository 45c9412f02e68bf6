"""`as_json` over models: subclasses, serializers, and those that fail."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    WrapSerializer,
    computed_field,
    field_serializer,
    model_serializer,
)

from app.plain_json import as_json
from tests.app.plain_json.values import Thing


class WebThing(Thing):
    url: str = "u"


class Shelf(BaseModel):
    things: list[Thing]
    best: Thing | None = None


def test_subclass_is_not_narrowed_to_what_a_field_declares() -> None:
    shelf = Shelf(things=[WebThing(Title="x")], best=WebThing())

    written = as_json(shelf)

    assert written["things"] == [{"title": "x", "inner": None, "url": "u"}]
    assert written["best"]["url"] == "u"


class Serialized(BaseModel):
    model_config = ConfigDict(extra="allow")

    at: Annotated[int, PlainSerializer(lambda at: f"<{at}>", when_used="json")] = 1
    many: list[Annotated[int, WrapSerializer(lambda one, write: write(one) + 1)]] = [1]
    upper: str = "x"
    hidden: str = Field(default="h", exclude=True)
    empty: str | None = Field(default=None, exclude_if=lambda value: value is None)
    serialization: int = 1

    @field_serializer("upper")
    def _upper(self, value: str) -> str:
        return value.upper()

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def twice(self) -> int:
        return self.at * 2


def test_what_a_model_says_of_its_json_counts() -> None:
    expected = {
        "at": "<1>",
        "many": [2],
        "upper": "X",
        "serialization": 1,
        "twice": 2,
        "more": [1],
    }

    assert as_json(Serialized(more={1})) == expected
    assert as_json([Thing(inner=Serialized())])[0]["inner"]["at"] == "<1>"


class Whole(BaseModel):
    x: int = 1

    @model_serializer
    def _write(self) -> str:
        return f"whole {self.x}"


class Failing(BaseModel):
    x: int = 1
    fails: int = 2

    @field_serializer("fails")
    def _fail(self, value: int) -> str:
        raise SystemExit(value)

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def computed(self) -> int:
        raise KeyError("computed")


class FailingWhole(Whole):
    @model_serializer
    def _write(self) -> str:
        raise KeyError("whole")


def test_model_whose_own_code_raises_is_shown_by_its_plain_fields() -> None:
    assert as_json(Whole()) == "whole 1"
    assert as_json([Failing()]) == [{"x": 1, "fails": 2}]
    assert as_json(FailingWhole()) == {"x": 1}
    assert as_json(Thing.model_construct()) == {"title": "t", "inner": None}
