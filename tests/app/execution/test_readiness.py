"""Readiness: true only if a run could be taken, and cheap however many ask."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from app.errors import StorageUnavailable
from app.execution.node_threads import NodeThreads
from app.execution.readiness import Readiness
from app.settings import Settings
from app.storage.migrate import migrate
from tests.app import loop_clock
from tests.app.service_at_hand import opened, opened_idle
from tests.patience import SECONDS

pytestmark = pytest.mark.anyio

INVOKE = "/graphs/scripted/invoke"


@asynccontextmanager
async def checking(
    settings: Settings, *checks: Callable[[], Awaitable[None]]
) -> AsyncIterator[Readiness]:
    async with opened_idle(settings) as idle:
        named = [(f"check {number}", check) for number, check in enumerate(checks)]
        readiness = Readiness(idle.runner, NodeThreads(1), named, stuck_seconds=30)
        yield readiness
        await readiness.close()


@pytest.fixture
async def migrated(settings: Settings, anyio_backend: str) -> Settings:
    await migrate(settings)
    return settings


async def until_ready(client: httpx2.AsyncClient, reason: str | None = None) -> str:
    """Return once it is ready, or is not for a reason that begins so, which it returns."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = await client.get("/health/ready")
            detail = str(answer.json().get("detail", ""))
            if answer.is_success if reason is None else detail.startswith(reason):
                return detail
            await asyncio.sleep(0.05)


async def test_hundred_probes_at_once_cost_one_check(migrated: Settings) -> None:
    checks: list[None] = []
    may_end = asyncio.Event()

    async def check() -> None:
        checks.append(None)
        await may_end.wait()

    async with checking(migrated, check) as readiness:
        probes = [asyncio.create_task(readiness.require()) for _ in range(100)]
        while not checks:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(*probes)

    assert len(checks) == 1


async def test_check_that_never_ends_is_named_after_five_seconds_and_not_repeated(
    migrated: Settings,
) -> None:
    checks: list[None] = []

    async def check() -> None:
        checks.append(None)
        await asyncio.Event().wait()

    async with checking(migrated, check) as readiness:
        for _ in range(3):
            probe = asyncio.create_task(readiness.require())
            await asyncio.sleep(0)
            loop_clock.skip(6)
            with pytest.raises(StorageUnavailable, match="check 0 does not answer within 5 s"):
                await probe

    assert len(checks) == 1


async def test_surprise_is_not_ready_and_shows_nothing_of_it(
    migrated: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def check() -> None:
        raise ValueError("postgresql://host/secret")

    async with checking(migrated, check) as readiness:
        with pytest.raises(StorageUnavailable) as refused:
            await readiness.require()

    assert str(refused.value) == "check 0 fails; see the service's log"
    assert "secret" in caplog.text


async def test_each_change_is_logged_once_and_with_detail(
    migrated: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.execution.readiness")
    reason = "PostgreSQL does not answer: connection to 10.0.0.1 failed"
    is_away = True

    async def check() -> None:
        if is_away:
            raise StorageUnavailable(reason)

    async with checking(migrated, check) as readiness:
        for _ in range(3):
            with pytest.raises(StorageUnavailable, match=r"^the database does not answer$"):
                await readiness.require()
        is_away = False
        loop_clock.skip(2)
        for _ in range(3):
            await readiness.require()

    assert caplog.messages == ["not ready", "ready again"]
    assert vars(caplog.records[0])["error"] == reason


@pytest.mark.parametrize("name", ["fanjoin.db", "checkpoints.db-wal"])
async def test_deleted_or_replaced_file_takes_no_run_until_it_is_back(
    name: str, settings: Settings
) -> None:
    body: dict[str, Any] = {"input": {}}
    path = settings.data_dir / name
    aside = path.with_name("aside")
    async with opened(settings) as (client, _):
        assert (await client.post(INVOKE, json=body)).is_success
        await until_ready(client)

        path.rename(aside)
        deleted = await until_ready(client, f"{name} was deleted: stop the service")
        refused = await client.post(INVOKE, json=body)
        path.write_bytes(aside.read_bytes())
        await until_ready(client, f"{name} was replaced: stop the service")
        aside.replace(path)
        await until_ready(client)
        accepted = await client.post(INVOKE, json=body)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert refused.json()["detail"] == deleted
    assert accepted.is_success


@pytest.mark.parametrize("name", ["fanjoin.db", "store.db"])
async def test_file_that_is_no_database_any_more_is_named(name: str, settings: Settings) -> None:
    async with opened(settings) as (client, _):
        await until_ready(client)

        with (settings.data_dir / name).open("r+b") as file:
            file.write(b"not a database at all")

        await until_ready(client, f"{name} is damaged: stop the service")


async def test_row_of_a_run_goes_into_no_file_that_was_deleted(settings: Settings) -> None:
    """Even before anybody has looked for it."""
    async with opened(settings) as (client, service):
        (settings.data_dir / "fanjoin.db").unlink()

        refused = await client.post("/graphs/scripted/runs", json={"input": {}})

        assert len(service.runner.active) == 0
    assert refused.status_code == 503
    assert "fanjoin.db was deleted" in refused.json()["detail"]


async def test_folder_that_is_moved_away_is_not_ready_until_it_is_back(settings: Settings) -> None:
    async with opened(settings) as (client, _):
        await until_ready(client)
        folder, aside = settings.data_dir, settings.data_dir.with_name("aside")

        folder.rename(aside)
        detail = await until_ready(client, "fanjoin.db was deleted")
        aside.rename(folder)
        await until_ready(client)

    assert str(folder) not in detail
