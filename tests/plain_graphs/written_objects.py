"""Nodes that write objects: the next node gets them as they are, a caller gets their JSON."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"})]


class Level(Enum):
    LOW = "low"


class Person(BaseModel):
    name: str
    born: date | None = None


@dataclass
class Place:
    city: str
    person: Person


class State(TypedDict, total=False):
    topic: str
    raw: bytes
    price: Decimal
    when: datetime
    wait: timedelta
    key: UUID
    level: Level
    person: Person
    place: Place
    pair: tuple[int, str]
    unique: set[str]
    table: dict[str, Any]
    saw: str


def write(state: State) -> State:
    ann = Person(name="Ann", born=date(2000, 2, 29))
    return {
        "raw": "é".encode(),
        "price": Decimal("1.50"),
        "when": datetime(2026, 11, 30, 12, tzinfo=UTC),
        "wait": timedelta(minutes=5),
        "key": UUID(int=7),
        "level": Level.LOW,
        "person": ann,
        "place": Place("Ghent", ann),
        "pair": (1, "b"),
        "unique": {"only"},
        "table": {"raw": [b"x"], "people": [ann], "price": Decimal(2), "none": None},
    }


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_sequence([write, look])
builder.add_edge(START, "write")
builder.add_edge("look", END)
graph = builder.compile()
