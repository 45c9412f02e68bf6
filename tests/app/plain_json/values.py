"""Values of kinds that JSON does not have."""

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import Any

from pydantic import (
    BaseModel,
    Field,
)


class Level(Enum):
    LOW = "low"


class Number(IntEnum):
    ONE = 1


class Word(StrEnum):
    YES = "yes"


@dataclass
class Point:
    x: Any
    _hidden: int = 2


class Thing(BaseModel):
    title: str = Field(default="t", alias="Title")
    inner: Any = None
