"""The rules of the format check, as a caller may set them."""

from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, Field, model_validator

FieldName: TypeAlias = Literal["author_id", "kind", "title", "body", "links"]

Script: TypeAlias = Literal[
    "ARABIC",
    "ARMENIAN",
    "BENGALI",
    "CJK",
    "CYRILLIC",
    "DEVANAGARI",
    "GEORGIAN",
    "GREEK",
    "HANGUL",
    "HEBREW",
    "HIRAGANA",
    "KATAKANA",
    "LATIN",
    "TAMIL",
    "THAI",
]
"""A writing system, as the names of its letters in Unicode begin."""


class Length(BaseModel):
    """How many characters a field may have."""

    at_least: int = Field(default=0, ge=0)
    at_most: int = Field(ge=1)

    @model_validator(mode="after")
    def refuse_the_impossible(self) -> Self:
        if self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is above at_most {self.at_most}")
        return self


class Rules(BaseModel):
    """What a well-formed submission is like; an empty list allows anything."""

    required: list[FieldName] = Field(
        default=["author_id", "kind", "title", "body"], max_length=100
    )
    author_id: Length = Length(at_most=100)
    title: Length = Length(at_least=3, at_most=200)
    body: Length = Length(at_least=20, at_most=10_000)
    kinds: list[str] = Field(default=["article", "comment", "listing"], max_length=100)
    scripts: list[Script] = Field(default=[], max_length=100)
    """The writing systems that title and body may use."""

    max_links: int = Field(default=5, ge=0)
    """Those in the body count too."""

    link_schemes: list[str] = Field(default=["https"], max_length=100)
    link_hosts: list[str] = Field(default=[], max_length=100)
    """A host stands for those below it too: `example.org` allows `www.example.org`."""
