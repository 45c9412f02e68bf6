"""Threads in an empty database, on both."""

import pytest

from app.storage.database import Database
from app.threads.repository import ThreadRepository


@pytest.fixture
def threads(database: Database) -> ThreadRepository:
    return ThreadRepository(database)
