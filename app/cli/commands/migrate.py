"""`fanjoin migrate`: bring the database's tables up to date."""

import asyncio

from app.cli.environment import load_settings
from app.cli.view.terminal import stdout
from app.storage.migrate import migrate as migrate_tables


def migrate() -> None:
    """Bring the database's tables up to date.

    A service does so at start, unless FANJOIN_MIGRATE_AT_START=0.
    """
    before, now = asyncio.run(migrate_tables(load_settings()))
    if before == now:
        stdout().print(f"the tables are up to date: {now}", soft_wrap=True)
    else:
        stdout().print(f"the tables went from {before or 'nothing'} to {now}", soft_wrap=True)
