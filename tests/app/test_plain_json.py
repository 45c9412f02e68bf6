from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from app.plain_json import to_plain_json


class Words(BaseModel):
    words: list[str]


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (float("nan"), None),
        (Point(1), {"x": 1}),
        (Decimal("1.10"), "1.10"),
        (b"\xff\xfe", "__4="),
        ({1: "one"}, {"1": "one"}),
    ],
)
def test_any_value_becomes_json(value: Any, expected: Any) -> None:
    assert to_plain_json(value) == expected


def test_object_without_a_json_form_is_shown_as_its_repr() -> None:
    assert "object object" in to_plain_json(object())


def test_only_the_part_that_json_cannot_hold_is_changed() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)

    assert to_plain_json({"half": "\ud800", "whole": 1}) == {"half": "?", "whole": 1}
    assert to_plain_json(Words(words=["\ud800", "good"])) == {"words": ["?", "good"]}
    assert to_plain_json({"half": "\ud800", "odd": object()})["odd"].startswith("<object")
    assert to_plain_json(cycle) == ["..."]


def test_too_large_a_value_is_shown_by_its_size_and_beginning() -> None:
    shown = to_plain_json("é" * 5000, most_bytes=100)

    assert shown["truncated"] is True
    assert shown["bytes"] == 10_002
    assert shown["beginning"].startswith('"éé')
