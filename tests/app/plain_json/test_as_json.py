"""`as_json` over values of every kind, alone, nested, and hostile."""

import json
import re
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from pydantic import (
    RootModel,
    SecretStr,
)

from app.plain_json import as_json
from tests.app.plain_json.hostile import HOSTILE
from tests.app.plain_json.values import Level, Number, Point, Thing, Word


class Pair(NamedTuple):
    x: int
    y: Any


class Rooted(RootModel[list[int]]):
    pass


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": (1, 2)}, {"a": [1, 2]}),
        ([True, None, 1.5, "é"], [True, None, 1.5, "é"]),
        (float("nan"), None),
        ([float("inf")], [None]),
        (10**30, 10**30),
        ([10**30, float("nan")], [10**30, None]),
        (Point(1), {"x": 1, "_hidden": 2}),
        (Pair(1, {2}), [1, [2]]),
        (Level.LOW, "low"),
        ([Number.ONE, Word.YES], [1, "yes"]),
        (Decimal("1.10"), "1.10"),
        (b"\xff\xfe", "//4="),
        ([bytearray(b"\xff\xfe"), memoryview(b"\xff\xfe")], ["//4=", "//4="]),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        ([date(2026, 1, 2), time(3, 4), timedelta(days=1)], ["2026-01-02", "03:04:00", "P1D"]),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([PurePosixPath("a/b"), ip_address("::1"), re.compile("x")], ["a/b", "::1", "x"]),
        (complex(1, 2), "1+2j"),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ([{2, "a", 1, (3,)}], [[1, 2, "a", [3]]]),
        (deque([1, 2]), [1, 2]),
        ([{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()], [["a"], [1], [["a", 1]]]),
        (defaultdict(list, a=[1]), {"a": [1]}),
        (OrderedDict(a=1), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        ([UserDict(a=1), MappingProxyType({"a": 1}), ChainMap({"a": 1})], [{"a": 1}] * 3),
        (SecretStr("secret"), "**********"),
        (Thing(Title="x"), {"title": "x", "inner": None}),
        (Rooted([1, 2]), [1, 2]),
        ([Text("x"), {Text("k"): 1}], ["x", {"k": 1}]),
        (range(3), "range(0, 3)"),
        pytest.param(10**5000, hex(10**5000), id="an integer too long for Python to write"),
    ],
)
def test_any_value_becomes_json(value: Any, expected: Any) -> None:
    assert as_json(value) == expected
    assert as_json([{"in": value}]) == [{"in": expected}]
    assert as_json(Thing(inner=value)) == {"title": "t", "inner": expected}
    assert as_json([object(), value])[1] == expected


@pytest.mark.parametrize(
    "message",
    [
        HumanMessage([{"type": "text", "text": "hi"}], id="1"),
        SystemMessage("be brief"),
        AIMessage(
            "hi",
            tool_calls=[{"name": "f", "args": {"x": 1}, "id": "c"}],
            usage_metadata={"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
            response_metadata={"model_name": "m"},
        ),
        AIMessageChunk(
            content="h", tool_call_chunks=[{"name": "f", "args": "", "id": "c", "index": 0}]
        ),
        ToolMessage("done", tool_call_id="c", artifact={"rows": [1]}, status="error"),
        RemoveMessage("1"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_message_is_whole_wherever_it_lies(message: BaseMessage) -> None:
    whole = message.model_dump()

    assert as_json(message) == whole
    assert as_json({"messages": [message], "set": {1}}) == {"messages": [whole], "set": [1]}
    assert as_json(Point(Thing(inner=(message,))))["x"]["inner"] == [whole]


def test_object_without_a_json_form_is_shown_as_its_repr() -> None:
    assert as_json(object()).startswith("<object object")
    assert as_json([Thing]) == [repr(Thing)]
    assert len(as_json(type("Long", (), {"__repr__": lambda _: "x" * 9000})())) == 201


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_object_never_fails_and_spares_what_lies_beside_it(number: int) -> None:
    hostile = HOSTILE[number]
    for value in ([hostile, 1], {"a": hostile, "b": 1}, Thing(inner=(hostile, 1)), Point(hostile)):
        json.dumps(as_json(value))

    assert as_json([hostile, {"b": 1}])[1] == {"b": 1}


def test_only_the_part_that_json_cannot_hold_is_changed() -> None:
    assert as_json({"half": "\ud800", "whole": 1}) == {"half": "?", "whole": 1}
    assert as_json(Thing(inner=["\ud800", "good"]))["inner"] == ["?", "good"]
    assert as_json({"\ud800": 1}) == {"?": 1}


def test_cycle_is_cut_where_it_closes() -> None:
    around: dict[str, Any] = {"x": 1}
    around["again"] = [around]
    thing = Thing()
    thing.inner = {"thing": thing}

    assert as_json(around) == {"x": 1, "again": ["…"]}
    assert as_json(thing) == {"title": "t", "inner": {"thing": "…"}}
    twice = [1]
    assert as_json([twice, twice]) == [[1], [1]]


def _nested(depth: int, make: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = make(value)
    return value


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list | dict):
        value = value[0] if isinstance(value, list) else next(reversed(value.values()))
        depth += 1
    return depth


@pytest.mark.parametrize(
    "make",
    [
        lambda inner: [inner],
        lambda inner: {"[": inner},
        lambda inner: {"half": "\ud800", "in": inner},
        lambda inner: (inner, 1),
        lambda inner: Thing(inner=inner),
    ],
)
def test_depth_is_cut_at_a_hundred_and_fifty_levels(make: Callable[[Any], Any]) -> None:
    for depth in (99, 150, 151, 200, 2000):
        assert _depth(as_json(_nested(depth, make))) == min(depth, 150)


def test_nothing_is_changed_and_nothing_is_shared() -> None:
    value = {"a": [{1, 2}, Thing(inner={"b": [1]})], "c": [1]}

    written = as_json(value)
    written["c"].append(2)
    written["a"][1]["inner"]["b"].append(2)

    assert value == {"a": [{1, 2}, Thing(inner={"b": [1]})], "c": [1]}


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # half surrogates are changed
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('ab[]{}é\\"'), inner),
    max_leaves=30,
)


wild = st.recursive(
    st.one_of(
        st.integers(),
        st.floats(),
        st.text(),
        st.binary(),
        st.dates(),
        st.decimals(),
        st.fractions(),
        st.sampled_from([Level.LOW, Word.YES, object(), Level]),
        st.integers(0, len(HOSTILE) - 1).map(lambda number: HOSTILE[number]),
    ),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.builds(Point, inner),
        st.builds(lambda one: Thing(inner=one), inner),
        st.builds(lambda one: AIMessage("x", additional_kwargs={"one": one}), inner),
        st.dictionaries(st.text("abc"), inner),
        st.lists(inner).map(deque),
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=40)
@given(plain)
def test_json_stays_as_it_is(value: Any) -> None:
    assert as_json(value) == value
    assert as_json([value, {1}]) == [value, [1]]


@settings(deadline=None, max_examples=40)
@given(wild)
def test_every_value_becomes_json_and_json_stays(value: Any) -> None:
    written = as_json(value)

    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert as_json(written) == written
