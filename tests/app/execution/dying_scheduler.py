"""A process that is killed with -9 when a tick's run is stored, and the cron's row is not yet."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from pydantic import SecretStr

from app.crons.repository import CronRepository
from app.crons.statements import Advance
from app.graphs.registry import load_registry
from app.settings import Settings
from tests.app.execution.clocks import Clock, opened_clockwork


class DyingRepository(CronRepository):
    """Stores everything but what became of a tick."""

    async def advance(self, step: Advance) -> None:
        assert step.last_run_id is not None
        os.kill(os.getpid(), signal.SIGKILL)


async def main(graphs_file: str, folder: str, url: str) -> None:
    """Create a cron, and die at its first tick."""
    settings = Settings(
        _env_file=None,
        graphs_file=Path(graphs_file),
        data_dir=Path(folder),
        database_url=SecretStr(url) if url else None,
    )
    registry, clock = await load_registry(settings.graphs_file), Clock()
    async with opened_clockwork(settings, registry, clock, DyingRepository) as clockwork:
        await clockwork.create()
        clock.set(13, 0, 1)
        await clockwork.look()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
