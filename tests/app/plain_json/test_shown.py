"""`shown` bounds everything, and lets no value do anything."""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from app.plain_json import as_json, shown
from tests.app.plain_json.hostile import HOSTILE
from tests.app.plain_json.test_as_json import plain, wild


class Holder(BaseModel):
    inner: Any = None


class Reads:
    """Counts how often its items are looked at."""

    def __init__(self) -> None:
        self.count = 0

    def items_of(self, number: int) -> list["ReadItem"]:
        return [ReadItem(self) for _ in range(number)]


class ReadItem:
    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def __repr__(self) -> str:
        self._reads.count += 1
        return "item"


def test_what_fits_is_whole() -> None:
    value = {"a": [1, (2, {3})], "m": AIMessage("hi"), "n": float("nan"), "é": "é", "big": 10**30}

    assert shown(value, 65536) == as_json(value)


@pytest.mark.parametrize(
    "value",
    ["é" * 5000, ["x" * 6000, "y" * 4000], [{"a": n} for n in range(1000)], ["\x01" * 4000]],
)
def test_what_is_too_large_is_shown_by_its_size_and_beginning(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    cut = shown(value, 9000)

    assert cut["truncated"] is True
    assert cut["bytes"] == len(text.encode())
    assert 1900 < len(cut["beginning"].encode()) <= 2000
    assert text.startswith(cut["beginning"])


@pytest.mark.parametrize(
    "make",
    [
        lambda items: items,
        lambda items: {"rows": items},
        lambda items: tuple(items),
        lambda items: dict(enumerate(items)),
        lambda items: Holder(inner=items),
        lambda items: [set(items)],
        lambda items: dict.fromkeys(items, 1),
    ],
)
def test_what_lies_beyond_the_bound_is_never_read(make: Any) -> None:
    reads = Reads()

    cut = shown(make(reads.items_of(1_000_000)), 1000)

    assert cut["truncated"] is True
    assert cut["bytes"] is None
    assert reads.count < 2000


@pytest.mark.parametrize("huge", ["x" * 50_000_000, b"x" * 50_000_000, [0] * 10_000_000])
def test_huge_value_is_cut(huge: Any) -> None:
    for value in (huge, [huge], {"a": huge}, Holder(inner=huge), (1, huge)):
        assert len(json.dumps(shown(value, 1000))) < 4000


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_object_never_fails(number: int) -> None:
    hostile = HOSTILE[number]

    for value in (hostile, [hostile], {"a": hostile}, Holder(inner=hostile), (hostile,)):
        json.dumps(shown(value, 1000))
    assert shown([hostile, 7], 10_000)[1] == 7


def test_iterator_is_named_and_not_advanced() -> None:
    lines = (number for number in range(5))

    assert shown({"lines": lines, "endless": itertools.count()}, 1000) == {
        "lines": "generator",
        "endless": "count",
    }
    assert list(lines) == [0, 1, 2, 3, 4]


class Foreign(Mapping[str, int]):
    """Has a length, and counts who asks for it."""

    lengths = 0

    def __len__(self) -> int:
        type(self).lengths += 1
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter("a")

    def __getitem__(self, key: str) -> int:
        return 1

    def __bool__(self) -> bool:
        raise AssertionError


def test_truth_of_an_object_is_never_tested() -> None:
    assert shown([Foreign()], 1000) == [{"a": 1}]


def test_keys_that_would_become_one_stay_apart() -> None:
    assert shown({1: "one", "1": "text", (1,): "tuple"}, 1000) == {
        "1": "one",
        "1 (str)": "text",
        "1 (tuple)": "tuple",
    }


def test_cycles_and_depth_are_cut() -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    deep: Any = object()
    for _ in range(2000):
        deep = [deep]

    assert shown(cycle, 1000) == [1, "…"]
    assert json.dumps(shown(deep, 1000)) == "[" * 150 + '"\\u2026"' + "]" * 150


@settings(deadline=None, max_examples=40)
@given(plain)
def test_json_is_shown_as_it_is(value: Any) -> None:
    assert shown(value, 65536) == value


@settings(deadline=None, max_examples=40)
@given(wild)
def test_every_value_is_shown_within_the_bound(value: Any) -> None:
    for most_bytes in (100, 65536):
        text = json.dumps(shown(value, most_bytes), allow_nan=False, ensure_ascii=False)

        assert len(text.encode()) <= max(most_bytes, 16_000)
