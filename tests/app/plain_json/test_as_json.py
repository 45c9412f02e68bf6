"""`as_json` over values of every kind, alone, nested, and hostile."""

import itertools
import json
import re
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from ipaddress import ip_address
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple
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
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    SecretStr,
    WrapSerializer,
    computed_field,
    field_serializer,
    model_serializer,
)

from app.errors import AmbiguousKeys
from app.plain_json import as_json
from tests.app.plain_json.hostile import HOSTILE


class Level(Enum):
    LOW = "low"


class Number(IntEnum):
    ONE = 1


class Word(StrEnum):
    YES = "yes"


class Pair(NamedTuple):
    x: int
    y: Any


@dataclass
class Point:
    x: Any
    _hidden: int = 2


class Thing(BaseModel):
    title: str = Field(default="t", alias="Title")
    inner: Any = None


class WebThing(Thing):
    url: str = "u"


class Shelf(BaseModel):
    things: list[Thing]
    best: Thing | None = None


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


def test_subclass_is_not_narrowed_to_what_a_field_declares() -> None:
    shelf = Shelf(things=[WebThing(Title="x")], best=WebThing())

    written = as_json(shelf)

    assert written["things"] == [{"title": "x", "inner": None, "url": "u"}]
    assert written["best"]["url"] == "u"


class Serialized(BaseModel):
    model_config = ConfigDict(extra="allow")

    at: Annotated[int, PlainSerializer(lambda at: f"<{at}>", when_used="json")] = 1
    many: list[Annotated[int, WrapSerializer(lambda one, write: write(one) + 1)]] = [1]
    upper: str = "x"
    hidden: str = Field(default="h", exclude=True)
    empty: str | None = Field(default=None, exclude_if=lambda value: value is None)
    serialization: int = 1

    @field_serializer("upper")
    def _upper(self, value: str) -> str:
        return value.upper()

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def twice(self) -> int:
        return self.at * 2


def test_what_a_model_says_of_its_json_counts() -> None:
    expected = {
        "at": "<1>",
        "many": [2],
        "upper": "X",
        "serialization": 1,
        "twice": 2,
        "more": [1],
    }

    assert as_json(Serialized(more={1})) == expected
    assert as_json([Thing(inner=Serialized())])[0]["inner"]["at"] == "<1>"


class Whole(BaseModel):
    x: int = 1

    @model_serializer
    def _write(self) -> str:
        return f"whole {self.x}"


class Failing(BaseModel):
    x: int = 1
    fails: int = 2

    @field_serializer("fails")
    def _fail(self, value: int) -> str:
        raise SystemExit(value)

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def computed(self) -> int:
        raise KeyError("computed")


class FailingWhole(Whole):
    @model_serializer
    def _write(self) -> str:
        raise KeyError("whole")


def test_model_whose_own_code_raises_is_shown_by_its_plain_fields() -> None:
    assert as_json(Whole()) == "whole 1"
    assert as_json([Failing()]) == [{"x": 1, "fails": 2}]
    assert as_json(FailingWhole()) == {"x": 1}
    assert as_json(Thing.model_construct()) == {"title": "t", "inner": None}


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


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        ([1, 2], ["1", "2"]),
        ([True, None, 1.5], ["true", "null", "1.5"]),
        ([date(2026, 1, 1), Level.LOW, Number.ONE], ["2026-01-01", "low", "1"]),
        ([(1, "a"), UUID(int=0), b"\xff"], ["1,a", str(UUID(int=0)), "/w=="]),
    ],
)
def test_keys_are_json_text(keys: list[Any], texts: list[str]) -> None:
    assert as_json(dict.fromkeys(keys, 1)) == dict.fromkeys(texts, 1)


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), (True, "true"), (Word.YES, ("yes",)), ("\ud800", "\ud801")]
)
def test_keys_that_would_become_one_are_refused_with_their_place(one: Any, other: Any) -> None:
    with pytest.raises(AmbiguousKeys) as caught:
        as_json({"scores": [{"by": {one: 1, other: 2}}]})

    assert str(caught.value).startswith("scores.0.by: the keys ")
    assert isinstance(caught.value, ValueError)


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
