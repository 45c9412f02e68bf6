"""A Pydantic state of every kind of type: nodes get the objects LangGraph makes of the JSON."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from pydantic import AnyUrl, BaseModel, SecretStr
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({}),
    Example({"raw": "bytes", "price": "1.50", "level": "high", "size": 3, "ratio": 3}),
    Example(
        {"when": "2026-11-30T12:00:00Z", "day": "2026-11-30", "at": "12:30:00", "wait": "PT5M"}
    ),
    Example(
        {"key": "12345678-1234-5678-1234-567812345678", "secret": "s3cret", "url": "http://a.b/"}
    ),
    Example({"pair": [1, "b"], "unique": ["a", "b"], "point": [1, 2]}),
    Example({"inner": {"name": "n"}, "any": {"a": [None, {"": {}}]}, "by_number": {"1": "one"}}),
]


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Point(NamedTuple):
    x: int
    y: int


class Inner(TypedDict, total=False):
    name: str


class State(BaseModel):
    raw: bytes = b""
    price: Decimal = Decimal(0)
    ratio: float = 0.0
    level: Level = Level.LOW
    size: Literal["s", 3] = "s"
    when: datetime | None = None
    day: date | None = None
    at: time | None = None
    wait: timedelta | None = None
    key: UUID | None = None
    secret: SecretStr = SecretStr("none")
    url: AnyUrl | None = None
    pair: tuple[int, str] | None = None
    unique: set[str] = set()
    point: Point | None = None
    inner: Inner = {}
    by_number: dict[int, str] = {}
    any: Any = None
    saw: str = ""


def look(state: State) -> dict[str, Any]:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
