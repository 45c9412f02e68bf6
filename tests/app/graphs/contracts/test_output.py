"""A graph's output is what its nodes wrote: checked where it has a schema of its own, never cut."""

from collections.abc import Iterator
from typing import Any, NotRequired

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import MessagesState, StateGraph
from pydantic import BaseModel, Field, field_validator
from typing_extensions import TypedDict

from app.graphs.contracts import InvalidOutput, OutputContract


def contract(state: Any, own: Any = None) -> OutputContract:
    return OutputContract(StateGraph(state, output_schema=own), "DemoOutput")


class Finding(BaseModel):
    title: str


class WebFinding(Finding):
    url: str


class Report(TypedDict):
    best: Finding
    others: NotRequired[list[Finding]]


def test_fields_of_subclasses_survive() -> None:
    web = WebFinding(title="t", url="u")

    output = contract(MessagesState, Report).to_json({"best": web, "others": [web]})

    assert output == {"best": {"title": "t", "url": "u"}, "others": [{"title": "t", "url": "u"}]}


def test_messages_go_out_as_they_dump() -> None:
    call = {"name": "find", "args": {"q": 1}, "id": "c", "type": "tool_call"}
    messages = [
        AIMessage([{"type": "text", "text": "x"}], id="a", tool_calls=[call]),
        ToolMessage("y", tool_call_id="c", artifact={"rows": 3}, status="error"),
    ]

    output = contract(MessagesState).to_json({"messages": messages})

    assert output == {"messages": [message.model_dump() for message in messages]}


def test_keys_that_were_not_written_are_absent() -> None:
    class Out(BaseModel):
        said: str
        score: float = 1.0
        error: str | None = None

    of = contract(MessagesState, Out)

    assert of.to_json({"said": "x"}) == {"said": "x"}
    assert of.json_schema()["required"] == ["said"]


def test_keys_go_by_the_fields_name() -> None:
    class Out(BaseModel):
        user_id: str = Field(alias="userId")

    of = contract(MessagesState, Out)

    assert of.to_json({"user_id": "u"}) == {"user_id": "u"}
    assert list(of.json_schema()["properties"]) == ["user_id"]


def test_whole_state_promises_nothing() -> None:
    class State(TypedDict):
        topic: str
        count: int

    assert contract(State).to_json({"count": "many"}) == {"count": "many"}


@pytest.mark.parametrize("state", [{}, {"best": 3}, {"best": {"titel": "t"}}])
def test_output_that_does_not_fit_its_schema_is_an_error_that_names_the_key(state: Any) -> None:
    with pytest.raises(InvalidOutput, match="best"):
        contract(MessagesState, Report).to_json(state)


def test_iterator_is_refused_and_not_used_up() -> None:
    class Out(TypedDict):
        lines: list[int]

    def count() -> Iterator[int]:
        yield from range(3)

    lines = count()
    with pytest.raises(InvalidOutput, match="make it a list") as error:
        contract(MessagesState, Out).to_json({"lines": lines})

    assert error.value.keys == ["lines"]
    assert list(lines) == [0, 1, 2]


@pytest.mark.parametrize("raised", [KeyError("k"), ZeroDivisionError(), SystemExit(2)])
def test_validator_that_raises_anything_is_an_invalid_output(raised: BaseException) -> None:
    class Out(BaseModel):
        said: str

        @field_validator("said")
        @classmethod
        def fail(cls, _: str) -> str:
            raise raised

    with pytest.raises(InvalidOutput, match=type(raised).__name__):
        contract(MessagesState, Out).to_json({"said": "x"})


def test_messages_in_a_tuple_are_messages() -> None:
    class Own(TypedDict):
        talk: tuple[AnyMessage, ...]

    output = contract(Own).to_json({"talk": (HumanMessage("a"), AIMessage("b"), AIMessage("c"))})

    assert [message["content"] for message in output["talk"]] == ["a", "b", "c"]


def test_output_that_is_wrong_in_many_places_names_the_first() -> None:
    class Out(TypedDict):
        counts: dict[str, int]

    wrong = {"counts": {f"k{number}": "x" for number in range(5000)}}

    with pytest.raises(InvalidOutput) as raised:
        contract(MessagesState, Out).to_json(wrong)

    assert "counts.k49" in str(raised.value)
    assert "counts.k50" not in str(raised.value)
    assert "and 4950 more" in str(raised.value)
    assert raised.value.keys == ["counts"]
