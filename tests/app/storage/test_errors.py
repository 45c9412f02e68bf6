"""What a driver raises, as a reason or as none."""

from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import text

from app.settings import Settings
from app.storage.columns import label_value
from app.storage.engines import writing_engine
from app.storage.errors import storage_failure


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (errors.AdminShutdown(), True),
        (errors.LockNotAvailable(), True),
        (errors.ReadOnlySqlTransaction(), True),
        (errors.IdleInTransactionSessionTimeout(), True),
        (errors.ProgramLimitExceeded(), False),
        (errors.UniqueViolation(), False),
    ],
)
def test_postgres_is_away_or_the_statement_is_wrong(error: Any, is_away: bool) -> None:
    assert (storage_failure(error) is not None) is is_away


def test_label_is_bound_by_its_bytes() -> None:
    assert label_value("é" * 90).startswith('"')
    assert label_value("€" * 90).startswith("sha256:")


def test_statements_on_postgres_are_bounded_and_the_addresss_options_stay(
    settings: Settings, postgres_url: str
) -> None:
    url = f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-c%20lock_timeout%3D7s"
    stored = Settings(_env_file=None, **{**settings.model_dump(), "database_url": url})
    engine = writing_engine(stored)
    try:
        with engine.connect() as connection:
            shown = [
                connection.execute(text(f"SHOW {name}")).scalar()
                for name in ("lock_timeout", "statement_timeout")
            ]
    finally:
        engine.dispose()

    assert shown == ["7s", "30s"]
