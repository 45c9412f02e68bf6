"""Nothing acknowledged is lost, whatever is killed with -9 at whatever moment.

FANJOIN_PROOF_KILLS says how often the service is killed. FANJOIN_PROOF_SEED repeats what a seed
chose; at which instruction a kill hits depends on the machine.
"""

import os
import random
import sys
import time
from collections.abc import Iterator

import httpx2
import pytest

from app.settings import Settings
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.proof import RETENTION, Proof
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.proof, pytest.mark.anyio]

KILLS = int(os.environ.get("FANJOIN_PROOF_KILLS", "30"))
SEED = int(os.environ.get("FANJOIN_PROOF_SEED", random.randrange(1_000_000)))
MOST_GROWTH = 64 * 1024 * 1024


@pytest.fixture
def service(stored_settings: Settings) -> Iterator[KilledService]:
    service = KilledService(stored_settings, RETENTION)
    try:
        yield service
    finally:
        service.stop()


async def test_nothing_acknowledged_is_lost(
    service: KilledService,
    stored_settings: Settings,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    is_sqlite = stored_settings.database_url is None
    server: PostgresServer | None = (
        None if is_sqlite else request.getfixturevalue("postgres_server")
    )
    began = time.monotonic()
    limits = httpx2.Limits(max_connections=None)

    async with httpx2.AsyncClient(timeout=60, limits=limits) as http:
        proof = Proof(service, stored_settings, http, seed=SEED, kills=KILLS)
        await proof.rage()
        await proof.calm_down()
    service.stop()
    proof.inspect(server)

    database = "SQLite" if is_sqlite else "PostgreSQL"
    title = f"{database}, seed {SEED}, {time.monotonic() - began:.0f} s"
    with capsys.disabled():
        sys.stdout.write(f"\n{proof.figures.table(title)}\n")
    assert proof.figures.lost == []
    assert proof.figures.memory_growth < MOST_GROWTH
