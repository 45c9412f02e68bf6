"""What a model's answer may claim to have used, and what of it the report takes for true."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from app.execution.callbacks import _usage_of


def answered(usage: Any, **metadata: Any) -> LLMResult:
    message = AIMessage("hello", response_metadata=metadata)
    message.usage_metadata = usage
    return LLMResult(generations=[[ChatGeneration(message=message)]])


def test_counts_that_can_be_true_are_taken() -> None:
    result = answered({"input_tokens": 3, "output_tokens": 0}, model_name="m-2026")

    assert _usage_of(result, "m") == (["m-2026", "m"], (3, 0))


@pytest.mark.parametrize(
    "count", [-1, "3", "three", 1e300, 10**30, 2.5, None, True, float("nan"), [3], {"a": 1}]
)
def test_counts_that_cannot_be_true_are_unknown(count: Any) -> None:
    for usage in (
        {"input_tokens": count, "output_tokens": 4},
        {"input_tokens": 3, "output_tokens": count},
        {"output_tokens": 4},
    ):
        assert _usage_of(answered(usage), "m") == (["m"], None)


@pytest.mark.parametrize("name", [7, None, "", [], "m" * 100_000])
def test_a_name_that_is_none_is_not_shown(name: Any) -> None:
    assert _usage_of(answered(None, model_name=name), "m") == (["m"], None)


@pytest.mark.parametrize("generations", [[], [[]]])
def test_an_answer_without_a_choice_has_no_known_usage(generations: list[Any]) -> None:
    assert _usage_of(LLMResult(generations=generations), "m") == (["m"], None)
