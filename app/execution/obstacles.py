"""What is known to keep this process from taking a run, without asking anybody."""

from collections.abc import Callable
from typing import TypeAlias

from app.errors import Busy, StorageUnavailable
from app.storage.database import Database
from app.storage.locks import ServingLock

Obstacle: TypeAlias = Callable[[], Busy | None]
"""Called for each run that is to start: it looks at what others have found, and waits for none."""


def no_obstacle() -> None:
    """Let every run start."""


def obstacle_of(lock: ServingLock, database: Database) -> Obstacle:
    """Return what says why a run would be lost, or could only fail."""

    def obstacle() -> Busy | None:
        if (reason := lock.obstacle or database.obstacle) is not None:
            return StorageUnavailable(reason)
        return None

    return obstacle
