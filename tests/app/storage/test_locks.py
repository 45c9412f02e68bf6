"""One process serves from a database at a time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from app.errors import AlreadyServed, StorageUnavailable
from app.settings import Settings
from app.storage.locks import hold_serving_lock
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio

HOLD = """
import asyncio, sys
from pathlib import Path
from app.settings import Settings
from app.storage.locks import hold_serving_lock
settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]), database_url=sys.argv[2] or None)
async def hold():
    async with hold_serving_lock(settings):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@contextmanager
def held_by_another(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", HOLD, str(settings.data_dir), settings.postgres_url or ""]
    child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            yield child
        finally:
            child.kill()


async def test_second_one_is_refused_at_once_and_told_why(stored_settings: Settings) -> None:
    with (
        held_by_another(stored_settings),
        pytest.raises(AlreadyServed, match="another process serves from"),
    ):
        async with hold_serving_lock(stored_settings, patience_seconds=0.1):
            pass


async def test_killed_process_holds_nothing(stored_settings: Settings) -> None:
    with held_by_another(stored_settings) as child:
        child.kill()

        async with hold_serving_lock(stored_settings, patience_seconds=60):
            pass


async def test_postgres_that_is_not_there_is_named(settings: Settings) -> None:
    url = SecretStr("postgresql://somebody:secret@127.0.0.1:9/none")
    nowhere = settings.model_copy(update={"database_url": url})

    with pytest.raises(StorageUnavailable, match="PostgreSQL does not answer") as unavailable:
        async with hold_serving_lock(nowhere):
            pass

    assert "secret" not in str(unavailable.value)


async def test_lock_is_free_again_when_it_is_left(stored_settings: Settings) -> None:
    for _ in range(2):
        async with hold_serving_lock(stored_settings, patience_seconds=60):
            with pytest.raises(AlreadyServed):
                async with hold_serving_lock(stored_settings, patience_seconds=0.1):
                    pass
