"""Another process that serves from the database while a block lasts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from tests.conftest import ROOT

_SERVE = """
import asyncio, sys
from pathlib import Path
from app.settings import Settings
from app.storage.locks import hold_serving_lock
settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]), database_url=sys.argv[2] or None)
async def hold():
    async with hold_serving_lock(settings):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    arguments = [sys.executable, "-c", _SERVE, str(settings.data_dir), settings.postgres_url or ""]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            yield
        finally:
            child.kill()
