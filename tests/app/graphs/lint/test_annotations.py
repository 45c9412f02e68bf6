"""Which annotations JSON can be, and which promise an object."""

import collections
import dataclasses
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    Protocol,
    Required,
    TypeVar,
    Union,
)
from uuid import UUID

import pytest
from langchain_core.messages import AnyMessage, BaseMessage, MessageLikeRepresentation
from langgraph.graph.message import add_messages
from pydantic import BaseModel, EmailStr, HttpUrl, JsonValue, PositiveInt, RootModel, SecretStr
from typing_extensions import ReadOnly, TypeAliasType, TypedDict

from app.graphs.lint.annotations import objects_in, shown

T = TypeVar("T")


class Person(BaseModel):
    name: str


class Names(RootModel[list[str]]):
    pass


@dataclasses.dataclass
class Place:
    city: str


class Point(NamedTuple):
    x: int


class Colour(Enum):
    RED = "red"
    NONE = 0


class Level(StrEnum):
    LOW = "low"


class Grade(IntEnum):
    A = 1


class Text(str):
    __slots__ = ()


class Named(Protocol):
    name: str


class Tree(TypedDict):
    children: "list[Tree]"
    owner: "NotRequired[Person]"


class Plain(TypedDict, total=False):
    nested: "Plain"
    tags: Required[list[str]]


class Page(TypedDict, Generic[T]):
    items: list[T]


class Shape(Protocol):
    sides: int

    def area(self) -> float: ...


class Unresolved(TypedDict):
    gone: "NoSuchName"  # type: ignore[name-defined]  # noqa: F821


People = TypeAliasType("People", list[Person])
Table = TypeAliasType("Table", dict[str, T], type_params=(T,))
Day = NewType("Day", date)

OLD_OPTIONAL: Any = Optional[Person]  # noqa: UP045 - of another type than `Person | None`
OLD_UNION: Any = Union[Person, Place, str]  # noqa: UP007 - likewise

OBJECT = "dict[str, Any]"
UNKNOWN = "what JSON has for it"


@pytest.mark.parametrize(
    ("annotation", "objects"),
    [
        (Person, {"Person": OBJECT}),
        (Plain | Person, {"Person": OBJECT}),
        (Shape | str, {}),
        (Place, {"Place": OBJECT}),
        (Names, {"Names": UNKNOWN}),
        (Point, {"Point": "list"}),
        (Colour, {"Colour": "int or str"}),
        (Level, {"Level": "str"}),
        (Grade, {"Grade": "int"}),
        (Text, {"Text": "str"}),
        (date, {"date": "str"}),
        (datetime, {"datetime": "str"}),
        (time, {"time": "str"}),
        (timedelta, {"timedelta": "str or float"}),
        (Decimal, {"Decimal": "str or float"}),
        (UUID, {"UUID": "str"}),
        (Path, {"Path": "str"}),
        (bytes, {"bytes": "str"}),
        (SecretStr, {"SecretStr": "str"}),
        (HttpUrl, {"HttpUrl": UNKNOWN}),
        (complex, {"complex": UNKNOWN}),
        (re.Pattern[str], {"Pattern": UNKNOWN}),
        (Callable[[int], str], {"Callable": UNKNOWN}),
        (type[Person], {"type": UNKNOWN}),
        (set[str], {"set": "list"}),
        (frozenset[Colour], {"frozenset": "list", "Colour": "int or str"}),
        (tuple[int, ...], {"tuple": "list"}),
        (collections.deque[int], {"deque": "list"}),
        (collections.OrderedDict[str, int], {"OrderedDict": OBJECT}),
        (dict[int, str], {"int as a key": "str"}),
        (dict[date, str], {"date": "str"}),
        (list[Person], {"Person": OBJECT}),
        (dict[str, list[date]], {"date": "str"}),
        (Sequence[Person], {"Person": OBJECT}),
        (Mapping[str, Iterable[Place]], {"Place": OBJECT}),
        (Person | None, {"Person": OBJECT}),
        (OLD_OPTIONAL, {"Person": OBJECT}),
        (OLD_UNION, {"Person": OBJECT, "Place": OBJECT}),
        (date | int, {"date": "str"}),
        (Decimal | str, {"Decimal": "str or float"}),
        (Person | dict[str, int], {"Person": OBJECT}),
        (Annotated[list[Person], operator.add], {"Person": OBJECT}),
        (NotRequired[Person], {"Person": OBJECT}),
        (ReadOnly[Person], {"Person": OBJECT}),
        (Final[Person], {"Person": OBJECT}),
        (Literal[Colour.RED, "blue"], {"Colour": "int or str"}),
        (Tree, {"Person": OBJECT}),
        (Page[Person], {"Person": OBJECT}),
        (People, {"Person": OBJECT}),
        (Table[date], {"date": "str"}),
        (list[Day], {"date": "str"}),
    ],
)
def test_annotation_promises_an_object_that_json_cannot_be(
    annotation: Any, objects: dict[str, str]
) -> None:
    assert objects_in(annotation) == objects


@pytest.mark.parametrize(
    "annotation",
    [
        str,
        int,
        float,
        bool,
        None,
        Any,
        object,
        list,
        dict,
        list[Any],
        dict[str, Any],
        dict[Literal["a", "b"], list[float]],
        Sequence[str],
        Mapping[str, str | None],
        int | None,
        Literal["a", 1, True, None],
        Annotated[str, "a remark"],
        PositiveInt,
        EmailStr,
        JsonValue,
        NewType("Name", str),
        TypeVar("Free"),
        Plain,
        list[Plain],
        Page[int],
        Table[str],
        Unresolved,
        Named,
        AnyMessage,
        BaseMessage,
        list[AnyMessage],
        list[MessageLikeRepresentation],
        Annotated[list[Person], add_messages],
        date | str,
        Person | dict[str, Any],
        Person | Any,
        list[Person] | list[Any],
        Decimal | str | float,
    ],
)
def test_annotation_is_what_json_can_be(annotation: Any) -> None:
    assert objects_in(annotation) == {}


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Person, "Person"),
        (list[Person], "list[Person]"),
        (OLD_OPTIONAL, "Optional[Person]"),
        (dict[str, Place | None], "dict[str, Place | None]"),
    ],
)
def test_annotation_is_shown_without_modules(annotation: Any, text: str) -> None:
    assert shown(annotation) == text
