"""Every type that a state may declare, each with the JSON that may be sent for it."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr
from typing_extensions import TypedDict

JsonValues = st.SearchStrategy[Any]


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Rank(IntEnum):
    FIRST = 1
    SECOND = 2


class Point(NamedTuple):
    x: int
    y: int


class Label(TypedDict, total=False):
    name: str
    size: int | None


class Address(BaseModel):
    city: str
    lines: list[str] = []
    since: date | None = None


class Person(BaseModel):
    name: str
    level: Level = Level.LOW
    address: Address | None = None


@dataclass
class Place:
    city: str
    tags: list[str] = field(default_factory=list)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 7


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


def optional(required: Mapping[str, JsonValues], **more: JsonValues) -> JsonValues:
    """Return objects with the required keys, and some of the others."""
    return st.fixed_dictionaries(dict(required), optional=more)


integers = st.integers(-(2**63), 2**63 - 1)
"""As many as a checkpoint holds: LangGraph writes msgpack."""

floats = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=30) | st.sampled_from(["", "a\x00b", "\u202e\u200d👩\u200d👧", "x" * 5000])
scalars = st.none() | st.booleans() | integers | floats | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
dates = st.dates().map(date.isoformat)
zones = st.none() | st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(timezones=zones).map(datetime.isoformat)
times = st.times().map(time.isoformat)
durations = st.integers(0, 10**6).map(lambda seconds: f"PT{seconds}S")
decimals = st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.integers(0, 10**9)
levels = st.sampled_from(["low", "high"])
addresses = optional({"city": texts}, lines=st.lists(texts, max_size=2), since=st.none() | dates)
people = optional({"name": texts}, level=levels, address=st.none() | addresses)
places = optional({"city": texts}, tags=st.lists(texts, max_size=2))
labels = optional({}, name=texts, size=st.none() | integers)
pets = optional({"kind": st.just("cat")}, lives=integers) | optional(
    {"kind": st.just("dog"), "name": texts}
)
secrets = st.text(string.ascii_letters, max_size=8).map(lambda text: f"s3cret {text}")

TYPES: dict[str, tuple[Any, JsonValues]] = {
    "text": (str, texts),
    "integer": (int, integers),
    "number": (float, floats | st.integers(-(2**53), 2**53)),
    "flag": (bool, st.booleans()),
    "nothing": (None, st.none()),
    "anything": (Any, anything),
    "maybe": (str | None, st.none() | texts),
    "either": (int | str, integers | texts),
    "words": (list[str], st.lists(texts, max_size=3)),
    "table": (dict[str, list[int]], st.dictionaries(texts, st.lists(integers, max_size=2))),
    "by_number": (dict[int, str], st.dictionaries(st.integers(0, 99).map(str), texts, max_size=2)),
    "pair": (tuple[int, str], st.tuples(integers, texts).map(list)),
    "unique": (set[str], st.lists(texts, unique=True, max_size=3)),
    "frozen": (frozenset[int], st.lists(integers, unique=True, max_size=3)),
    "point": (Point, st.lists(integers, min_size=2, max_size=2)),
    "raw": (bytes, texts),
    "decimal": (Decimal, decimals),
    "moment": (datetime, moments),
    "day": (date, dates),
    "at": (time, times),
    "wait": (timedelta, durations),
    "key": (UUID, st.uuids().map(str)),
    "secret": (SecretStr, secrets),
    "level": (Level, levels),
    "rank": (Rank, st.sampled_from([1, 2])),
    "choice": (Literal["s", 3, None], st.sampled_from(["s", 3, None])),
    "bounded": (Annotated[int, Field(ge=0, le=10)], st.integers(0, 10)),
    "label": (Label, labels),
    "person": (Person, people),
    "people": (list[Person], st.lists(people, max_size=2)),
    "place": (Place, places),
    "pet": (Annotated[Cat | Dog, Field(discriminator="kind")], pets),
    "deep": (dict[str, list[Person | None]], st.dictionaries(texts, st.lists(people | st.none()))),
}
"""By the name of the key: its annotation, and the JSON values that fit it."""

documents = st.fixed_dictionaries(
    {}, optional={name: values for name, (_, values) in TYPES.items()}
)
"""JSON objects with some of the keys."""
