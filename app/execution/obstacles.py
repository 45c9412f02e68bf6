"""What is known to keep this process from taking a run, without asking anybody."""

from collections.abc import Callable
from typing import TypeAlias

from app.errors import Busy, ModelUnavailable, StorageUnavailable
from app.local_llm.server import ModelServer
from app.storage.database import Database
from app.storage.locks import ServingLock

Obstacle: TypeAlias = Callable[[], Busy | None]
"""Called for each run that is to start: it looks at what others have found, and waits for none."""


def no_obstacle() -> None:
    """Let every run start."""


def obstacle_of(lock: ServingLock, database: Database, model: ModelServer | None) -> Obstacle:
    """Return what says why a run would be lost, or could only fail.

    Nobody knows which graphs use the embedded model: while it is down, no run starts.
    """

    def obstacle() -> Busy | None:
        if (reason := lock.obstacle or database.obstacle) is not None:
            return StorageUnavailable(reason)
        if model is not None and model.problem is not None:
            return ModelUnavailable(model.problem)
        return None

    return obstacle
