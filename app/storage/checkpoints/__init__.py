"""What LangGraph keeps for graphs, in the database the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from app.settings import Settings
from app.storage.checkpoints.checkpoints import Checkpoints
from app.storage.checkpoints.owned import OwnedSaver
from app.storage.checkpoints.retrying import OnSaved
from app.storage.checkpoints.serde import TypeNames
from app.storage.checkpoints.sqlite import open_sqlite, set_up_sqlite
from app.storage.writer import Obstacle

__all__ = [
    "Checkpoints",
    "OnSaved",
    "OwnedSaver",
    "open_checkpoints",
    "set_up_checkpoints",
]

_POSTGRES = "app.storage.checkpoints.postgres"


@asynccontextmanager
async def open_checkpoints(
    settings: Settings, types: TypeNames = (), *, obstacle: Obstacle = lambda: None
) -> AsyncIterator[Checkpoints]:
    """Open the saver and the store, whose tables `set_up_checkpoints` has made.

    `types` are those of the graphs: objects of these types come back as what they were. Over
    PostgreSQL nothing is read or written while `obstacle` says why not.

    Raises:
        StorageUnavailable: PostgreSQL does not answer, or a file cannot be opened.
    """
    opened = (
        import_module(_POSTGRES).open_postgres(settings, types, obstacle)
        if settings.postgres_url is not None
        else open_sqlite(settings, types)
    )
    async with opened as checkpoints:
        yield checkpoints


async def set_up_checkpoints(settings: Settings) -> None:
    """Make LangGraph's tables, or bring those of an older version up to date.

    On PostgreSQL the caller sees to it that one process does so at a time.
    """
    is_postgres = settings.postgres_url is not None
    await (import_module(_POSTGRES).set_up_postgres if is_postgres else set_up_sqlite)(settings)
