"""`as_json` names an iterator and leaves it where it is."""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
)

from app.plain_json import as_json
from tests.app.plain_json.values import Point, Thing


def numbers() -> Iterator[int]:
    yield from range(3)


async def later() -> AsyncIterator[int]:
    for number in range(3):
        yield number


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (numbers, "generator"),
        (lambda: map(str, range(3)), "map"),
        (lambda: iter([0, 1, 2]), "list_iterator"),
        (lambda: zip(range(3), strict=True), "zip"),
        (lambda: itertools.islice(itertools.count(), 3), "islice"),
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"in": one},
        lambda one: Thing(inner=one),
        lambda one: Point((one,)),
        lambda one: AIMessage("x", additional_kwargs={"in": one}),
        lambda one: [{1}, 10**30, Thing(inner=[one])],
    ],
)
def test_iterator_is_named_and_not_advanced(
    make: Callable[[], Iterator[Any]], name: str, around: Callable[[Any], Any]
) -> None:
    iterator = make()

    assert f'"{name}"' in json.dumps(as_json(around(iterator)))
    assert len(list(iterator)) == 3


def test_endless_and_asynchronous_iterators_are_named_at_once() -> None:
    assert as_json([itertools.count(), later()]) == ["count", "async_generator"]
