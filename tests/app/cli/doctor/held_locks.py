"""Other processes that hold a lock of the database while a block lasts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from tests.conftest import ROOT

SERVE = """
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
WRITE = """
import sqlite3, sys, threading
connection = sqlite3.connect(f"{sys.argv[1]}/fanjoin.db", isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("ready", flush=True)
threading.Event().wait()
"""


@contextmanager
def process(code: str, settings: Settings) -> Iterator[int]:
    """Run this while the block lasts, and kill it."""
    arguments = [sys.executable, "-c", code, str(settings.data_dir), settings.postgres_url or ""]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            yield child.pid
        finally:
            child.kill()
