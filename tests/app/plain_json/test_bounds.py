"""Depth and numbers of JSON from outside: found where they are, in a value as in its text."""

import json
from typing import Any

import pytest

from app.errors import InvalidInput
from app.plain_json import require_bounded, require_bounded_text, require_storable

LONGEST = 10**4300 - 1


def nested(levels: int, leaf: Any = None) -> Any:
    value = leaf
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        nested(100),
        {"a": [{"b": 1.5}, None, True, "x" * 10_000]},
        LONGEST,
        -LONGEST,
        [2**64, -0.0, 5e-324],
        {},
        "9" * 5000,
    ],
)
def test_what_can_be_stored_passes(value: Any) -> None:
    require_bounded(value, "input")
    require_bounded_text(json.dumps({"input": value}))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (nested(101), "input" + ".0" * 100),
        ({"a": {"b c": nested(99)}}, "input.a.b c" + ".0" * 98),
        (float("nan"), "input"),
        ([[], {"x": float("-inf")}], "input.1.x"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_bounded(value, "input")

    assert [problem["place"] for problem in refused.value.problems] == [place]


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), [True, None, 1e300, "9" * 30], {"a": [{}]}])
def test_what_a_checkpoint_holds_passes(value: Any) -> None:
    require_storable(value, "input")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (2**64, "input"),
        (-(2**63) - 1, "input"),
        ({"a": [1, {"b c": LONGEST}], "d": LONGEST}, "input.a.1.b c"),
    ],
)
def test_integer_that_no_checkpoint_holds_is_refused_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_storable(value, "input")

    assert [problem["place"] for problem in refused.value.problems] == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"input": ' + "[" * 100_000, "input" + ".0" * 100),
        ('{"a": [1, {"b\\"]": ' + '{"c":' * 300, 'a.1.b"]' + ".c" * 98),
        ('{"a": ["[[[", 1, ' + "9" * 5000 + "]}", "a.2"),
        ('{"a": 1, "b": -' + "9" * 4301 + ", ", "b"),
        ("[" * 5000, ".".join(["0"] * 101)),
        ("9" * 5000, "body"),
    ],
)
def test_text_that_no_parser_takes_is_refused_with_the_place(text: str, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_bounded_text(text)

    assert [problem["place"] for problem in refused.value.problems] == [place]


@pytest.mark.parametrize("text", ["", '"', "}]", '{"a": "\\', ':,:"', '\\"' * 200_000, "{" * 50])
def test_broken_text_that_is_within_bounds_is_left_to_the_parser(text: str) -> None:
    require_bounded_text(text)
