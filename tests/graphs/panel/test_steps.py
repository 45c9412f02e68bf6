"""The shape of a step: what a model may answer, and what no model may."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from graphs.panel.steps import UseTool, Vote, step_shape


def step(**fields: Any) -> str:
    return json.dumps({"next": fields})


def test_a_step_is_the_use_of_a_tool_at_hand_or_a_vote_for_one_of_the_options() -> None:
    shape = step_shape(("calculate", "search"), 3)

    use = shape.model_validate_json(step(tool="search", input="tides")).next
    vote = shape.model_validate_json(step(reason="It is so.", choice="C")).next

    assert isinstance(use, UseTool)
    assert (use.tool, use.input) == ("search", "tides")
    assert isinstance(vote, Vote)
    assert (vote.reason, vote.choice) == ("It is so.", "C")


@pytest.mark.parametrize(
    "answer",
    [
        step(tool="shell", input="rm"),
        step(tool="calculate", input=["1"]),
        step(tool="calculate"),
        step(reason="It is so.", choice="D"),
        step(reason="It is so.", choice="yes"),
        step(reason=" \n ", choice="A"),
        step(),
    ],
    ids=["unknown tool", "list", "no input", "letter", "no letter", "no reason", "nothing"],
)
def test_anything_else_is_out_of_shape(answer: str) -> None:
    with pytest.raises(ValidationError):
        step_shape(("calculate",), 3).model_validate_json(answer)


def test_without_tools_there_is_nothing_but_the_vote() -> None:
    shape = step_shape((), 2)

    with pytest.raises(ValidationError):
        shape.model_validate_json(step(tool="calculate", input="1"))
    assert "UseTool" not in json.dumps(shape.model_json_schema())


def test_with_no_option_there_is_nothing_but_the_tools() -> None:
    shape = step_shape(("calculate",), 0)

    with pytest.raises(ValidationError):
        shape.model_validate_json(step(reason="It is so.", choice="A"))
    assert "Vote" not in json.dumps(shape.model_json_schema())


def test_a_reason_is_one_line() -> None:
    answer = step(reason="It is so,\nsays\r\n\r\nthe book. ", choice="A")

    vote = step_shape((), 2).model_validate_json(answer).next

    assert isinstance(vote, Vote)
    assert vote.reason == "It is so, says the book."


def test_the_same_step_has_the_same_shape_whatever_the_options_say() -> None:
    assert step_shape(("calculate",), 2) is step_shape(("calculate",), 2)
    assert step_shape(("calculate",), 2) is not step_shape(("calculate",), 3)
