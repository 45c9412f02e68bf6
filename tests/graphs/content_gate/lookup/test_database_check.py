"""The database check, on a file of SQLite's and on PostgreSQL, and when either is not well."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pytest
from blockbuster import blockbuster_ctx
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from graphs.adapters.errors import SourceError, SourceNotConfigured
from graphs.content_gate.lookup import engines
from graphs.content_gate.lookup.database_check import MOST_TERMS, check_database, database_name
from graphs.content_gate.lookup.engines import SETTING, reading_engine
from graphs.content_gate.lookup.keys import fingerprint, text_key
from graphs.content_gate.submissions.submission import Reason, Submission

TABLES = ("authors", "publications", "blocked_terms")
INJECTIONS = [
    "'; DROP TABLE authors; --",
    "' OR '1'='1",
    '" OR ""="',
    "x' UNION SELECT reason, id, id, id FROM authors --",
    "%' OR title_key LIKE '%",
    "\\'; DELETE FROM blocked_terms; --",
    ":id %s ? $1 {0}",
    "ada\0' OR 1=1",
]
TITLE, BODY = "Ten rules", "Feed the starter daily."

Rows: TypeAlias = list[tuple[str, tuple[Any, ...]]]

ROWS: Rows = [
    ("INSERT INTO authors VALUES (?, ?, ?)", ("ada", False, None)),
    ("INSERT INTO authors VALUES (?, ?, ?)", ("mallory", True, "sold her account")),
    (
        "INSERT INTO publications VALUES (?, ?, ?, ?)",
        ("p1", TITLE, text_key(TITLE), fingerprint(BODY)),
    ),
    ("INSERT INTO blocked_terms VALUES (?, ?)", ("casino bonus", "gambling")),
    ("INSERT INTO blocked_terms VALUES (?, ?)", ("Wonder Pill", None)),
]


def make(address: str, rows: Rows) -> None:
    """Make the documented tables, and fill them."""
    schema = (Path(engines.__file__).parent / "schema.sql").read_text()
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            connection.executescript(schema)
            for statement, values in rows:
                connection.execute(statement, values)
            connection.commit()
        return
    with psycopg.connect(address) as session:
        session.execute(schema.encode())
        for statement, values in rows:
            session.execute(statement.replace("?", "%s").encode(), values)


@pytest.fixture
def address(database_url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = database_url or f"sqlite:///{tmp_path}/content #1.db"
    make(url, ROWS)
    monkeypatch.setenv(SETTING, url)
    return url


def check(**fields: Any) -> list[Reason]:
    """Check, and let no call in the event loop touch the database, as `langgraph dev` does."""
    with blockbuster_ctx():
        return asyncio.run(check_database(Submission(**fields)))


def reasons_for(**fields: Any) -> list[tuple[str, str]]:
    return [(reason.code, reason.place) for reason in check(**fields)]


def count(address: str) -> list[int]:
    with reading_engine(address).connect() as connection:
        counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES]
    return [int(number or 0) for number in counts]


def test_nothing_is_held_against_a_new_piece_of_a_known_author(address: str) -> None:
    assert check(author_id="ada", title="A harbour walk", body="Follow the sea wall.") == []


def test_an_author_who_is_not_known_is_not_blocked(address: str) -> None:
    assert check(author_id="somebody") == []


def test_a_blocked_author_is_told_with_the_reason(address: str) -> None:
    (reason,) = check(author_id="mallory")

    assert reason == Reason(
        check="database",
        code="author_blocked",
        message="the author is blocked: sold her account",
        place="author_id",
    )


def test_a_known_title_and_a_known_text_are_duplicates_in_any_spelling(address: str) -> None:
    reasons = check(title="TEN rules!", body="feed the Starter\n\ndaily")

    assert [(reason.code, reason.place) for reason in reasons] == [
        ("duplicate_title", "title"),
        ("duplicate_text", "body"),
    ]
    assert reasons[0].message == "the title is that of p1, 'Ten rules'"


def test_texts_without_words_are_like_no_other(address: str) -> None:
    assert reasons_for(title="?!", body="…") == []


def test_blocked_terms_are_found_in_every_text_as_whole_words(address: str) -> None:
    fields = {
        "title": "Your CASINO-bonus",
        "body": "Casinos bonus. A wonder\npill, wonder pills.",
        "links": ["https://example.org/casino/bonus"],
    }

    assert reasons_for(**fields) == [
        ("blocked_term", "title"),
        ("blocked_term", "body"),
        ("blocked_term", "links"),
    ]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_hostile_strings_are_looked_up_and_do_nothing(hostile: str, address: str) -> None:
    before = count(address)

    reasons = check(
        author_id=hostile, kind=hostile, title=hostile, body=hostile, links=[hostile, hostile]
    )

    assert reasons == []
    assert count(address) == before


def test_a_text_of_the_largest_size_is_searched(address: str) -> None:
    assert reasons_for(body="word " * 39_990 + "casino bonus") == [("blocked_term", "body")]


def test_terms_beyond_the_most_are_not_told(address: str) -> None:
    terms = [f"bad{number}" for number in range(MOST_TERMS + 5)]
    insert = "INSERT INTO blocked_terms VALUES (?, NULL)"
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
            connection.executemany(insert, [(term,) for term in terms])
            connection.commit()
    else:
        with psycopg.connect(address) as session:
            session.cursor().executemany(insert.replace("?", "%s").encode(), [(t,) for t in terms])

    assert len(check(body=" ".join(terms))) == MOST_TERMS


@pytest.mark.parametrize(
    "statement", ["DELETE FROM authors", "CREATE TABLE more (id TEXT)", "DROP TABLE blocked_terms"]
)
def test_nothing_can_be_written(statement: str, address: str) -> None:
    with reading_engine(address).connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))


def test_many_checks_at_once_all_get_their_answer(address: str) -> None:
    async def check_many() -> list[list[Reason]]:
        submission = Submission(author_id="mallory")
        return await asyncio.gather(*(check_database(submission) for _ in range(20)))

    assert [len(reasons) for reasons in asyncio.run(check_many())] == [1] * 20


def test_a_database_without_the_tables_is_named_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite3.connect(tmp_path / "empty.db").close()
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path}/empty.db")

    with pytest.raises(SourceError, match="no such table: authors"):
        check(author_id="ada")


def test_a_file_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path}/none.db")

    with pytest.raises(SourceError, match="unable to open database file"):
        check(author_id="ada")

    assert not (tmp_path / "none.db").exists()


def test_a_search_without_end_in_a_file_is_broken_off(tmp_path: Path) -> None:
    make(f"sqlite:///{tmp_path}/content.db", ROWS)
    engine = reading_engine(f"sqlite:///{tmp_path}/content.db", seconds=0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"

    with engine.connect() as connection, pytest.raises(DBAPIError, match="interrupted"):
        connection.exec_driver_sql(endless)


def test_a_file_that_is_no_database_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 100)
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path}/letter.txt")

    with pytest.raises(SourceError, match="file is not a database"):
        check(author_id="ada")


def test_a_postgres_that_is_away_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SETTING, "postgresql://me:s3cret@127.0.0.1:9/content")

    with pytest.raises(SourceError, match="cannot be used") as caught:
        check(author_id="ada")

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert SETTING in str(caught.value)


def test_a_postgres_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv(SETTING, f"postgresql://me:s3cret@127.0.0.1:{port}/content")

        with pytest.raises(SourceError, match="content database") as caught:
            check(author_id="ada")

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    ["me:s3cret", "mysql://me:s3cret@host/db", "sqlite://", "sqlite:///:memory:", "a://b:c:s3cret"],
)
def test_an_address_of_no_use_is_named_by_its_setting_alone(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, wrong)

    with pytest.raises(SourceNotConfigured, match=SETTING) as caught:
        check(author_id="ada")

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_an_address_the_sample_is_asked_and_said_to_be_one() -> None:
    assert database_name() == "the sample database, since no other is configured"
    assert reasons_for(author_id="bulk-sender") == [("author_blocked", "author_id")]
    assert reasons_for(author_id="ada", title="Tidal power in ten minutes") == [
        ("duplicate_title", "title")
    ]


def test_the_sample_cannot_be_written() -> None:
    with reading_engine(None).connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.execute(text("DELETE FROM authors"))
