"""Damage in LangGraph's files is answered like that in the service's own: 503, with the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import StorageUnavailable
from app.service import open_service
from app.settings import Settings
from tests.app.service_at_hand import opened

pytestmark = pytest.mark.anyio

PAGE = 4096


def break_header(file: Path) -> None:
    file.write_bytes(b"\xa5" * 100 + file.read_bytes()[100:])


def break_pages(file: Path) -> None:
    """Leave the first page, by which a start finds its tables."""
    content = bytearray(file.read_bytes())
    for page in range(PAGE, len(content), PAGE):
        content[page : page + 200] = b"\xa5" * 200
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: PAGE + 1000])


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [break_header, cut, replace_by_folder])
@pytest.mark.parametrize("name", ["checkpoints.db", "store.db"])
async def test_start_on_a_damaged_file_says_which(
    settings: Settings, name: str, damage: Callable[[Path], None]
) -> None:
    async with open_service(settings):
        pass
    damage(settings.data_dir / name)

    with pytest.raises(StorageUnavailable, match=name):
        async with open_service(settings):
            pass


async def test_run_on_a_thread_in_damaged_pages_is_503_and_blames_no_node(
    settings: Settings,
) -> None:
    on_thread = {"input": {}, "thread_id": "t"}
    async with opened(settings) as (client, _):
        await client.post("/graphs/tally/invoke", json=on_thread)
    break_pages(settings.data_dir / "checkpoints.db")

    async with opened(settings) as (client, _):
        run = await client.post("/graphs/tally/invoke", json=on_thread)
        state = await client.get("/threads/t/state")
        history = await client.post("/threads/t/history", json={})
        deletion = await client.delete("/threads/t")
        plain = await client.post("/graphs/tally/invoke", json={"input": {}})
        stored = await client.get(f"/runs/{run.json()['run_id']}")

    assert (run.status_code, run.json()["branch"]) == (503, None)
    assert run.json()["title"] == "The run's state cannot be read or stored now"
    assert run.headers["retry-after"] == "2"
    assert stored.json()["error"]["status"] == 503
    for refused in (run, state, history, deletion):
        assert refused.status_code == 503
        assert "checkpoints.db: the database's file is damaged" in refused.json()["detail"]
    assert plain.status_code == 200


async def test_store_in_damaged_pages_is_unavailable(settings: Settings) -> None:
    async with open_service(settings) as service:
        for number in range(200):
            await service.checkpoints.store.aput(("n", str(number)), "key", {"text": "x" * 200})
    break_pages(settings.data_dir / "store.db")

    with pytest.raises(StorageUnavailable, match=r"store\.db: the database's file is damaged"):
        async with open_service(settings) as service:
            await service.checkpoints.store.aget(("n", "7"), "key")


async def test_tables_that_are_gone_are_unavailable(settings: Settings) -> None:
    async with opened(settings) as (client, service):
        saver = service.checkpoints.of("")
        await client.post("/graphs/tally/invoke", json={"input": {}, "thread_id": "t"})
        file = saver.behind.file  # type: ignore[attr-defined]  # SQLite's
        await file.run(lambda connection: connection.execute("DROP TABLE checkpoints").close())

        run = await client.post("/graphs/tally/invoke", json={"input": {}, "thread_id": "t"})

    assert run.status_code == 503
    assert "no such table: checkpoints" in run.json()["detail"]
