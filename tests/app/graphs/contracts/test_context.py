"""A request's context is checked and passed on as it was sent."""

from dataclasses import InitVar, dataclass
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, SecretStr
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.graphs.contracts import ContextContract


class Model(BaseModel):
    user: str
    key: SecretStr = SecretStr("none")


@dataclass
class Data:
    user: str
    size: int = 3


class Keys(TypedDict):
    user: str


class Optional(TypedDict, total=False):
    user: str


@pytest.mark.parametrize("schema", [Model, Data, Keys])
def test_missing_required_context_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidInput, match=r"context\.user"):
        ContextContract(schema, "DemoContext").accept(None)


def test_context_that_requires_nothing_may_be_absent() -> None:
    assert ContextContract(Optional, "DemoContext").accept(None) is None


@pytest.mark.parametrize("schema", [Model, Data, Keys, Optional])
def test_context_stays_as_it_was_sent(schema: Any) -> None:
    assert ContextContract(schema, "DemoContext").accept({"user": "ann"}) == {"user": "ann"}


def test_keys_of_a_dataclass_are_what_its_init_takes() -> None:
    @dataclass(kw_only=True)
    class Own:
        KINDS: ClassVar[int] = 3
        user: str
        seed: InitVar[int] = 1

    own = ContextContract(Own, "DemoContext")

    assert own.accept({"user": "ann", "seed": 2}) == {"user": "ann", "seed": 2}
    assert list(own.json_schema()["properties"]) == ["user", "seed"]
    assert own.json_schema()["required"] == ["user"]


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"user": 3}, "context.user"),
        ({"user": "a", "usr": "b"}, "context.usr"),
        ({"user": "a", "size": float("nan")}, "context.size"),
    ],
)
def test_context_that_does_not_fit_is_refused_by_its_place(sent: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as error:
        ContextContract(Data, "DemoContext").accept(sent)

    assert error.value.problems[0]["place"] == place
