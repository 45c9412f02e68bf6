"""The database check: is the author blocked, is the piece known already, does it use blocked terms.

The tables are those of schema.sql. Whatever was submitted reaches the database as a bound
parameter only.
"""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Self

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Text,
    column,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from graphs.adapters.environment import text_in
from graphs.adapters.errors import SourceError, SourceTimeout
from graphs.adapters.excerpts import excerpt
from graphs.content_gate.lookup.engines import SETTING, reading_engine
from graphs.content_gate.lookup.keys import fingerprint, text_key
from graphs.content_gate.submissions.submission import Reason, Submission

MOST_TERMS = 20
"""Blocked terms beyond this are not told one by one, for each field."""

_MOST_AT_ONCE = 4
"""Connections in this process; further checks wait for their turn."""

_SECONDS = 10.0
"""For a whole check, its turn included."""

_AUTHORS = table(
    "authors", column("id", Text), column("is_blocked", Boolean), column("reason", Text)
)
_PUBLICATIONS = table(
    "publications",
    column("id", Text),
    column("title", Text),
    column("title_key", Text),
    column("fingerprint", Text),
)
_TERMS = table("blocked_terms", column("term", Text), column("reason", Text))


@dataclass(frozen=True)
class DatabaseSettings:
    """Which database is asked."""

    content_database_url: str | None = field(default=None, repr=False)
    """`FANJOIN_CONTENT_DATABASE_URL`: where blocked authors, publications and blocked terms are
    looked up, `postgresql://user:password@host/name` or `sqlite:///content.db`."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(content_database_url=text_in("FANJOIN_CONTENT_DATABASE_URL"))


async def check_database(submission: Submission) -> list[Reason]:
    """Return what the database holds against a submission. Raises SourceError."""
    address = DatabaseSettings.read().content_database_url
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            return await loop.run_in_executor(_threads(), _find, address, submission)
    except TimeoutError:
        raise SourceTimeout(f"the content database did not answer within {_SECONDS:g} s") from None


def database_name() -> str:
    """Say in words which database is asked."""
    is_own = DatabaseSettings.read().content_database_url is not None
    return "the content database" if is_own else "the sample database, since no other is configured"


@cache
def _threads() -> ThreadPoolExecutor:
    # Its own, so that a database that hangs holds up nobody else's threads.
    return ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="content-database")


def _find(address: str | None, submission: Submission) -> list[Reason]:
    engine = reading_engine(address)
    try:
        with engine.connect() as connection:
            return [
                *_find_author(connection, submission),
                *_find_publications(connection, submission),
                *_find_terms(connection, submission),
            ]
    except SQLAlchemyError as error:
        why = _first_line(error, engine.url.password)
        raise SourceError(
            f"the content database cannot be used ({why}); check {SETTING}"
        ) from None  # the cause knows the address


def _find_author(connection: Connection, submission: Submission) -> Iterator[Reason]:
    author = _AUTHORS.c
    row = connection.execute(
        select(author.reason).where(author.id == _plain(submission.author_id), author.is_blocked)
    ).first()
    if row is not None:
        yield _reason("author_blocked", "the author is blocked", row.reason, "author_id")


def _find_publications(connection: Connection, submission: Submission) -> Iterator[Reason]:
    known = _PUBLICATIONS.c
    wanted: list[tuple[str, str, ColumnElement[bool], str]] = [
        ("title", "title", known.title_key == text_key(submission.title), submission.title),
        ("body", "text", known.fingerprint == fingerprint(submission.body), submission.body),
    ]
    for place, what, is_same, text in wanted:
        if not text_key(text):
            continue
        row = connection.execute(select(known.id, known.title).where(is_same).limit(1)).first()
        if row is not None:
            message = f"the {what} is that of {row.id}, {excerpt(row.title, 80)!r}"
            yield _reason(f"duplicate_{what}", message, None, place)


def _find_terms(connection: Connection, submission: Submission) -> Iterator[Reason]:
    texts: Mapping[str, str] = {
        "title": submission.title,
        "body": submission.body,
        "links": " ".join(submission.links),
    }
    term = _TERMS.c
    for place, text in texts.items():
        words = literal(f" {text_key(text)} ")
        # Both databases know `replace`, and neither has another's way to find a text in a text.
        is_in = func.replace(words, literal(" ") + func.lower(term.term) + " ", "") != words
        rows = select(term.term, term.reason).where(is_in).order_by(term.term).limit(MOST_TERMS)
        for row in connection.execute(rows):
            message = f"{excerpt(row.term, 80)!r} is a blocked term"
            yield _reason("blocked_term", message, row.reason, place)


def _plain(text: str) -> str:
    """PostgreSQL takes no NUL: with a mark in its place a text is still like no other."""
    return text.replace("\0", "\ufffd")


def _reason(code: str, message: str, why: str | None, place: str) -> Reason:
    detail = f"{message}: {excerpt(why, 200)}" if why else message
    return Reason(check="database", code=code, message=detail, place=place)


def _first_line(error: SQLAlchemyError, password: str | None) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return excerpt(lines[0].replace(password, "…") if password else lines[0], 200)
