"""What somebody sends in to be published, and what a check may find in it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

CheckName: TypeAlias = Literal["format", "database", "content"]

TextName: TypeAlias = Literal["title", "body"]


class Submission(BaseModel):
    """One piece to publish. What is missing or too long is for the checks to say, up to a bound."""

    author_id: str = Field(default="", max_length=1_000)
    kind: str = Field(default="", max_length=1_000)
    title: str = Field(default="", max_length=5_000)
    body: str = Field(default="", max_length=200_000)
    links: list[Annotated[str, Field(max_length=5_000)]] = Field(default=[], max_length=100)


class Reason(BaseModel):
    """One fault that a check found; any of them is enough to reject."""

    check: CheckName
    code: str
    message: str
    place: str
    """The field; in a text with line and column from 1 (`body:3:7`), in a list with its place from
    0 (`links[2]`)."""


def place_in(name: str, text: str, index: int) -> str:
    """Say where in a field's text a fault begins."""
    before = text[:index]
    return f"{name}:{before.count(chr(10)) + 1}:{index - before.rfind(chr(10))}"
