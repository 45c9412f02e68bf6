"""What is written into a thread from outside is checked by the types of its keys."""

import operator
from typing import Annotated, Any

import pytest
from langchain_core.messages import AnyMessage
from langgraph.graph import MessagesState, StateGraph
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.graphs.contracts import StateContract
from tests.app.api import kit_graphs


class State(MessagesState):
    topic: str
    log: Annotated[list[AnyMessage], operator.add]


class Own(TypedDict):
    size: int


CONTRACT = StateContract(StateGraph(State, input_schema=Own), "DemoState")


def test_values_stay_as_they_are() -> None:
    values = {"topic": "x", "size": 3, "messages": [{"role": "user", "content": "hi"}]}

    assert CONTRACT.accept(values) == values


def test_messages_without_a_reducer_of_messages_become_objects() -> None:
    (message,) = CONTRACT.accept({"log": "hi"})["log"]

    assert (message.type, message.content) == ("human", "hi")


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"topic": 3}, "values.topic"),
        ({"tpoic": "x"}, "values.tpoic"),
        ({"fanjoin_outcomes": {}}, "values.fanjoin_outcomes"),
        ({"size": "3"}, "values.size"),
        ({"size": float("inf")}, "values.size"),
        ({"log": [3]}, "values.log"),
    ],
)
def test_value_of_another_type_is_refused_by_its_place(values: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as error:
        CONTRACT.accept(values)

    assert error.value.problems[0]["place"] == place


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"fanjoin_outcomes": {}}, "values.fanjoin_outcomes"),
        ({"topic": "x", "results": {"fanjoin_round": "1", "a": 1}}, "values.results.fanjoin_round"),
        ({"results": {"a": 1, "fanjoin_row": []}}, "values.results.fanjoin_row"),
    ],
)
def test_what_the_kit_writes_cannot_be_written_from_outside(values: Any, place: str) -> None:
    contract = StateContract(kit_graphs.kit.builder, "Kit")

    with pytest.raises(InvalidInput, match="leave it out") as refused:
        contract.accept(values)

    assert refused.value.problems[0]["place"] == place


def test_graph_without_the_kit_has_its_own_keys_whatever_they_are_called() -> None:
    contract = StateContract(StateGraph(dict), "Anything")
    values = {"fanjoin_item": 1, "results": {"fanjoin_round": "1"}}

    assert contract.accept(values) == values


def test_other_words_that_begin_like_those_of_the_kit_are_values_like_any() -> None:
    values = {"topic": "fanjoin_outcomes", "messages": [{"role": "user", "content": "fanjoin_row"}]}

    assert CONTRACT.accept(values) == values
