"""Bounds of what is looked for: a span of time, a range of numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True)
class Span:
    """From `since` on, and before `until`; None has no bound."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Range:
    """From `least` to `most`, both included; None has no bound."""

    least: float | None = None
    most: float | None = None


EVER = Span()

ANY = Range()


def between(column: ColumnElement[Any], span: Span) -> list[ColumnElement[bool]]:
    """Return the conditions for a moment to lie in a span."""
    conditions = []
    if span.since is not None:
        conditions.append(column >= span.since)
    if span.until is not None:
        conditions.append(column < span.until)
    return conditions


def within(column: ColumnElement[Any], wanted: Range) -> list[ColumnElement[bool]]:
    """Return the conditions for a number to lie in a range; one that is unknown does not."""
    conditions = []
    if wanted.least is not None:
        conditions.append(column >= wanted.least)
    if wanted.most is not None:
        conditions.append(column <= wanted.most)
    return conditions
