"""The storage alone, on each database."""

from collections.abc import AsyncIterator

import pytest

from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.migrate import migrate


@pytest.fixture
async def database(stored_settings: Settings, anyio_backend: str) -> AsyncIterator[Database]:
    """An open database with the tables of today."""
    if stored_settings.database_url is None:
        await migrate(stored_settings)
    async with open_database(stored_settings) as database:
        yield database
