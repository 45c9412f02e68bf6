"""A graph's input is checked against its schema and stored as the caller sent it."""

from typing import Any, NotRequired

import pytest
from langgraph.managed import RemainingSteps
from pydantic import (
    BaseModel,
    ConfigDict,
)
from typing_extensions import TypedDict

from app.errors import InvalidInput
from tests.app.graphs.contracts.inputs import Everything, Topic, contract, refused

SENT = {
    "day": "2026-11-30",
    "level": "low",
    "raw": "aGk=",
    "token": "s3cret",
    "pair": [1, "a"],
    "person": {"Name": "Ann", "secret": "x"},
    "pet": {"kind": "dog", "tricks": ["roll"]},
    "packed": "[1, 2]",
    "ratio": 1,
    "anything": {"deep": [None, True, 10**30]},
}


def test_what_fits_is_stored_as_it_was_sent() -> None:
    accepted = contract(Everything).accept(SENT)

    assert accepted == SENT
    assert contract(Everything).to_state(accepted) == SENT


def test_nodes_get_a_copy_so_that_a_retry_finds_what_was_sent() -> None:
    stored = {"anything": {"items": [1]}}

    state = contract(Everything).to_state(stored)
    state["anything"]["items"].append(2)

    assert stored == {"anything": {"items": [1]}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("day", 3),
        ("day", "tomorrow"),
        ("level", "high"),
        ("pair", [1]),
        ("pet", {"kind": "cow"}),
        ("packed", [1, 2]),
        ("ratio", "1"),
        ("ratio", True),
        ("person", {"name": "Ann"}),
        ("token", 7),
    ],
)
def test_value_of_another_type_is_refused_by_its_place(key: str, value: Any) -> None:
    (place,) = refused(contract(Everything), {key: value})

    assert place.startswith(f"input.{key}")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_json_number_is_refused_by_its_place(number: float) -> None:
    wrong = refused(contract(Everything), {"anything": {"list": [1.5, number]}})

    assert list(wrong) == ["input.anything.list.1"]


def test_text_that_is_no_unicode_is_refused() -> None:
    assert "input" in refused(contract(Everything), {"anything": "half \ud800"})


def test_whole_state_requires_no_key_and_names_the_nearest_of_an_unknown_one() -> None:
    class State(TypedDict):
        topic: str
        joke: str

    assert contract(State).accept({"topic": "cats"}) == {"topic": "cats"}
    assert contract(State).accept({}) == {}
    assert "did you mean 'topic'?" in refused(contract(State), {"tpoic": "cats"})["input.tpoic"]
    assert "required" not in contract(State).json_schema()


def test_schema_of_its_own_requires_its_keys() -> None:
    class State(TypedDict, total=False):
        topic: str
        tone: str

    class Own(TypedDict):
        topic: str
        tone: NotRequired[str]

    assert refused(contract(State, Own), {}) == {"input.topic": "Field required"}
    assert contract(State, Own).json_schema()["required"] == ["topic"]


def test_keys_required_are_the_same_where_annotations_are_text() -> None:
    class State(TypedDict, total=False):
        topic: str
        tone: str

    class Own(TypedDict):
        topic: "str"
        tone: "NotRequired[str]"

    assert contract(State, Own).json_schema()["required"] == ["topic"]


class Odd(TypedDict):
    _draft: str
    model_dump: int
    model_config: str
    schema: str
    copy: str
    json: str


def test_any_name_is_a_key() -> None:
    sent = {"_draft": "d", "model_dump": 1, "model_config": "c", "schema": "s", "copy": "k"}

    assert contract(Odd).accept(sent) == sent


def test_managed_values_are_no_input() -> None:
    class State(TypedDict):
        topic: str
        remaining_steps: RemainingSteps

    assert list(contract(State).json_schema()["properties"]) == ["topic"]
    assert "input.remaining_steps" in refused(contract(State), {"remaining_steps": 3})


def test_whole_state_model_lacks_keys_only_on_a_thread() -> None:
    class State(BaseModel):
        topic: str
        count: int

    assert contract(State).accept({"count": 1}, is_on_thread=True) == {"count": 1}
    assert refused(contract(State), {"count": 1}) == {"input.topic": "Field required"}
    assert "input.count" in refused(contract(State), {"count": "1"}, is_on_thread=True)


@pytest.mark.parametrize("schema", [dict, dict[str, Any]])
def test_state_that_is_a_dict_takes_any_keys(schema: Any) -> None:
    assert contract(schema).accept({"a": 1, "b": [2]}) == {"a": 1, "b": [2]}


def test_only_some_of_very_many_wrong_places_are_named() -> None:
    with pytest.raises(InvalidInput) as error:
        contract(Everything).accept({f"unknown{number}": 1 for number in range(1000)})

    assert len(error.value.problems) == 51
    assert error.value.problems[-1]["message"] == "950 more places do not fit"


def test_author_who_allows_other_keys_gets_them() -> None:
    class Own(BaseModel):
        model_config = ConfigDict(extra="allow")

        topic: str

    sent = {"topic": "x", "more": 1}

    assert contract(Topic, Own).accept(sent) == sent
