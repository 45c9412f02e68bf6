from collections.abc import AsyncIterator

import pytest

from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints, set_up_checkpoints


@pytest.fixture
async def stored(stored_settings: Settings) -> Settings:
    """Settings whose database has LangGraph's tables, each database in turn."""
    stored = stored_settings.model_copy(update={"storage_patience_seconds": 60})
    await set_up_checkpoints(stored)
    return stored


@pytest.fixture
async def checkpoints(stored: Settings) -> AsyncIterator[Checkpoints]:
    async with open_checkpoints(stored) as checkpoints:
        yield checkpoints
