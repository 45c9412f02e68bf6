"""A service whose database another process serves ends, with a status of its own."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from psycopg import AsyncConnection

from tests.app.cli.graph_files import FOR_EVER, write_graph, write_registry
from tests.app.cli.processes import fanjoin
from tests.app.storage.serving_rivals import held_by_a_rival

pytestmark = pytest.mark.anyio

TEMPORARY_FAILURE = 75

UVICORN = ("--factory", "app.main:create_app", "--port", "0")


@pytest.mark.parametrize(
    ("module", "words", "listens"),
    [("app", ["serve"], "listens on http"), ("uvicorn", UVICORN, "running on http")],
    ids=["fanjoin", "uvicorn"],
)
async def test_superseded_service_exits_with_75_and_stores_nothing(
    module: str,
    words: list[str],
    listens: str,
    tmp_path: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANJOIN_DATABASE_URL", postgres_url)
    monkeypatch.setenv("FANJOIN_STORAGE_PATIENCE_SECONDS", "0.5")
    write_registry(tmp_path, endless=write_graph(tmp_path, high=FOR_EVER))

    with fanjoin(*words, folder=tmp_path, module=module) as process:
        output = await asyncio.to_thread(process.wait_for, listens)
        url = output.partition(" on ")[2].split()[0]
        async with httpx2.AsyncClient(base_url=url) as client:
            body = {"input": {"topic": "tides"}}
            endless = (await client.post("/graphs/endless/runs", json=body)).json()
            async with held_by_a_rival(postgres_url) as rival:
                await asyncio.to_thread(process.wait_for, "the serving lock is lost")
                before = await rows(rival)
                exit_status = await asyncio.to_thread(process.wait)
                after = await rows(rival)

    assert exit_status == TEMPORARY_FAILURE
    assert "another process serves from the database" in process.output
    assert "Traceback" not in process.output
    assert endless["run_id"] in str(before)
    assert before == after


async def rows(connection: AsyncConnection[object]) -> list[object]:
    selected = await connection.execute(
        "SELECT id, status, attempt, releases, last_event FROM runs"
    )
    return list(await selected.fetchall())
