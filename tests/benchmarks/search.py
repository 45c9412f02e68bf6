"""Searching among a hundred thousand runs by label and status, on both databases."""

import random
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, insert

from app.runs.request import RunRequest
from app.runs.rows import finished_row, new_row
from app.runs.run import Run, RunStatus
from app.settings import Settings
from app.storage.columns import labels_of
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import run_labels, runs
from tests.benchmarks import servers
from tests.benchmarks.children import Child
from tests.benchmarks.load import Target, post, seconds_each
from tests.benchmarks.result import Result
from tests.postgres import running_postgres

_RUNS = 100_000
_RUNS_PER_COMMIT = 2_000
_PAGE = 50
_SEARCHES = 25
_LIMIT_MS = 50

_STATUSES = {RunStatus.SUCCESS: 0.9, RunStatus.ERROR: 0.08, RunStatus.TIMEOUT: 0.02}
_LARGE = {"text": "many hands make light work " * 100}
"""What a row holds besides: an output of 2.7 KB."""

SEARCHES: Mapping[str, dict[str, Any]] = {
    "a rare label": {"metadata": {"customer": "c77"}},
    "a rare label and a rare status": {"metadata": {"customer": "c77"}, "status": "error"},
    "half of all": {"metadata": {"env": "test"}, "status": "success"},
    "half of all and a rare status": {"metadata": {"env": "test"}, "status": "timeout"},
    "two labels": {"metadata": {"env": "test", "batch": "b3"}, "status": "success"},
    "none at all": {"metadata": {"customer": "nobody"}, "status": "error"},
}


async def measure_sqlite() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))
        return await _measure("search_sqlite", "SQLite", settings)


async def measure_postgres() -> Result:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_postgres(Path(folder) / "postgres") as server,
        server.fresh_database(is_migrated=False) as url,
    ):
        settings = Settings(_env_file=None, data_dir=Path(folder), database_url=SecretStr(url))
        return await _measure("search_postgres", "PostgreSQL", settings)


async def _measure(row: str, database: str, settings: Settings) -> Result:
    """Return the slowest of the searches, each by its median."""
    await _fill(settings)
    more = {"FANJOIN_DATA_DIR": str(settings.data_dir)}
    if settings.database_url is not None:
        more["FANJOIN_DATABASE_URL"] = settings.database_url.get_secret_value()
    with servers.service(more=more) as service:
        took = {name: await _search(service, body) for name, body in SEARCHES.items()}
    slowest = max(took, key=lambda name: took[name])
    work = f"{_PAGE} of {_RUNS:,} runs, {database}, slowest search: {slowest}"
    return Result(row, work, "ms", took[slowest], limit=_LIMIT_MS)


async def _search(service: Child, body: dict[str, Any]) -> float:
    target = Target(service, post("/runs/search", {**body, "limit": _PAGE}))
    return median(await seconds_each(target, times=_SEARCHES)) * 1000


async def _fill(settings: Settings) -> None:
    """Write the runs as the service would have, only many at once."""
    chance = random.Random(1)
    began = datetime.now(UTC) - timedelta(seconds=_RUNS)
    await migrate(settings)
    async with open_database(settings) as database:
        for start in range(0, _RUNS, _RUNS_PER_COMMIT):
            numbers = range(start, start + _RUNS_PER_COMMIT)
            batch = [_run(number, began, chance) for number in numbers]
            await database.writer.write(_insert, batch)


def _run(number: int, began: datetime, chance: random.Random) -> Run:
    (status,) = chance.choices(list(_STATUSES), list(_STATUSES.values()))
    created_at = began + timedelta(seconds=number)
    graph_id = chance.choice(["one", "two", "three"])
    labels = {
        "customer": f"c{chance.randrange(5_000)}",
        "env": chance.choice(["prod", "test"]),
        "batch": f"b{number // 500}",
    }
    return Run(
        graph_id,
        RunRequest({}, metadata=labels),
        id=f"{number:032x}",
        created_at=created_at,
        ended_at=created_at + timedelta(seconds=1),
        status=status,
        output=_LARGE,
    )


def _insert(connection: Connection, batch: Sequence[Run]) -> None:
    connection.execute(insert(runs), [new_row(run) | finished_row(run) for run in batch])
    labels = [
        {"owner": run.request.owner, "key": key, "value": value, "run_id": run.id}
        for run in batch
        for key, value in labels_of(run.request.metadata).items()
    ]
    connection.execute(insert(run_labels), labels)
