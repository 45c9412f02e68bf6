"""A TypedDict of every kind of type: nodes get what JSON has, whatever the annotation promises."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from pydantic import SecretStr
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"raw": "bytes", "price": "1.50", "level": "low", "rank": 1, "size": "s"}),
    Example({"price": 2, "ratio": 3, "either": 7, "maybe": None, "flag": False}),
    Example({"price": 1.25, "ratio": 0.1, "either": "seven", "maybe": "text", "flag": True}),
    Example(
        {"when": "2026-11-30T12:00:00+01:00", "day": "2026-11-30", "at": "12:30", "wait": "PT5M"}
    ),
    Example({"key": "12345678-1234-5678-1234-567812345678", "secret": "s3cret", "file": "/a/b"}),
    Example({"pair": [1, "b"], "unique": ["a", "b"], "frozen": [1], "point": [1, 2]}),
    Example({"inner": {"name": "n", "deeper": {"depth": 3}}, "any": {"a": [None, {"": {}}]}}),
    Example({"by_number": {"1": "one"}, "rows": [[1, 2], []], "mixed": [1, "two", 3.0, None]}),
]


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Rank(IntEnum):
    FIRST = 1
    SECOND = 2


class Point(NamedTuple):
    x: int
    y: int


class Deeper(TypedDict):
    depth: int


class Inner(TypedDict, total=False):
    name: str
    deeper: Deeper


class State(TypedDict, total=False):
    raw: bytes
    price: Decimal
    ratio: float
    flag: bool
    level: Level
    rank: Rank
    size: Literal["s", "m", 3, None]
    either: int | str
    maybe: str | None
    when: datetime
    day: date
    at: time
    wait: timedelta
    key: UUID
    secret: SecretStr
    file: Path
    pair: tuple[int, str]
    unique: set[str]
    frozen: frozenset[int]
    point: Point
    inner: Inner
    by_number: dict[int, str]
    rows: list[list[int]]
    mixed: list[int | str | float | None]
    any: Any
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
