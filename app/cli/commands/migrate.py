"""`fanjoin migrate`: bring the database up to date."""

import asyncio
from contextlib import AsyncExitStack

from app.cli.environment import load_settings
from app.cli.view.terminal import stderr, stdout
from app.errors import BehindMigrations
from app.settings import Settings
from app.storage.locks import hold_serving_lock
from app.storage.migrate import migrate as migrate_database
from app.storage.migrate import require_head


def migrate() -> None:
    """Bring the database up to date.

    Its tables, and the keys that checkpoints are stored under. A service does so at start, unless
    FANJOIN_MIGRATE_AT_START=0. No service may run during the migration.
    """
    before, now = asyncio.run(_migrate(load_settings()))
    if before == now:
        stdout().print(f"the tables are up to date: {now}", soft_wrap=True)
    else:
        stdout().print(f"the tables went from {before or 'nothing'} to {now}", soft_wrap=True)


async def _migrate(settings: Settings) -> tuple[str | None, str]:
    async with AsyncExitStack() as stack:
        try:
            await require_head(settings)
        except BehindMigrations:  # an older service would go on writing where nobody looks any more
            await stack.enter_async_context(hold_serving_lock(settings))
        return await migrate_database(settings, on_progress=_show)


def _show(moved: int, total: int) -> None:
    stderr().print(f"moved {moved} of {total} states of threads", soft_wrap=True)
