"""Everything that lives as long as the service, typed."""

from dataclasses import dataclass

from app.checkpoints import Checkpoints
from app.found_runs import RunFinder
from app.keys import KeyRing
from app.registry import GraphRegistry
from app.runner import Runner
from app.settings import Settings
from app.storage.database import Database
from app.threads import Threads


@dataclass(frozen=True)
class Service:
    """Made by the lifespan, handed to every request."""

    settings: Settings
    registry: GraphRegistry
    runner: Runner
    finder: RunFinder
    threads: Threads
    keys: KeyRing
    database: Database
    checkpoints: Checkpoints
