"""A run that nobody can look up gets its row with its end, or once it takes a while."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from app.errors import StorageUnavailable
from app.execution.active_runs import ActiveRun
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus
from app.service import Service
from app.settings import Settings
from tests.app import loop_clock
from tests.app.at_work import assert_begins, holding
from tests.app.execution.test_completion import locked
from tests.app.execution.test_runner import events_of
from tests.app.service_at_hand import opened
from tests.app.storage.held_writer import held

pytestmark = pytest.mark.anyio

INVOKE = "/graphs/scripted/invoke"
NAMED: dict[str, Any] = {"input": {"name": "deferred"}}


@contextmanager
def held_branch() -> Iterator[None]:
    """Hold a branch of the runs that are called "deferred"."""
    with holding("deferred:must"):
        yield


async def started(service: Service) -> ActiveRun:
    """Return the one run there is, once it is in the branch that is held; no time has to pass."""
    await asyncio.to_thread(assert_begins, "deferred:must")
    [active] = service.runner.active
    return active


async def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so, also while the clock stands still."""
    while not is_so():  # noqa: ASYNC110  # no event tells of it
        await asyncio.sleep(0)


async def row_of(service: Service, run_id: str) -> Run | None:
    return await RunRepository(service.database).get(run_id, owner=None)


async def all_runs(client: httpx2.AsyncClient) -> list[tuple[str, str]]:
    runs = (await client.post("/runs/search", json={})).json()
    return [(run["run_id"], run["status"]) for run in runs]


async def assert_stored_once(client: httpx2.AsyncClient, run_id: str, status: str) -> None:
    """Check that there is one row, with its end, and every event once."""
    assert await all_runs(client) == [(run_id, status)]
    followed = await client.get(f"/runs/{run_id}/stream")
    events, ids = (
        events_of(followed),
        [int(line[4:]) for line in followed.text.splitlines() if line.startswith("id: ")],
    )
    assert events[0][0] == "run_started"
    assert (events[-1][0], events[-1][1]["status"]) == ("end", status)
    assert ids == list(range(1, len(ids) + 1))


async def test_run_that_ends_at_once_has_one_row_with_its_end(stored_settings: Settings) -> None:
    async with opened(stored_settings) as (client, _):
        with loop_clock.standing_still():  # so the row is created with the end, or never
            answer = (await client.post(INVOKE, json={"input": {}, "metadata": {"n": 1}})).json()

        await assert_stored_once(client, answer["run_id"], "success")
        read = (await client.get(f"/runs/{answer['run_id']}")).json()
        labelled = await client.post("/runs/search", json={"metadata": {"n": 1}})

    assert read["output"] == answer["output"]
    assert [run["run_id"] for run in labelled.json()] == [answer["run_id"]]


async def test_failed_run_has_one_row_with_its_end_and_can_be_retried(settings: Settings) -> None:
    async with opened(settings) as (client, _):
        with loop_clock.standing_still():
            failed = await client.post(INVOKE, json={"input": {"must": "fail"}})
        run_id = failed.json()["run_id"]
        await assert_stored_once(client, run_id, "error")
        again = await client.post(f"/runs/{run_id}/retry?wait=true")

    assert rows_by_id(again)["also"] == "cached"


def rows_by_id(answer: httpx2.Response) -> dict[str, str]:
    return {row["id"]: row["status"] for row in answer.json()["report"]["branches"]}


async def test_run_is_read_before_it_has_a_row_and_gets_one_while_it_runs(
    stored_settings: Settings,
) -> None:
    async with opened(stored_settings) as (client, service):
        with held_branch():
            with loop_clock.standing_still():
                answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
                active = await started(service)
                read = await client.get(f"/runs/{active.run.id}")
                report = await client.get(f"/runs/{active.run.id}/report")
                before = await row_of(service, active.run.id)
            await until(lambda: active.has_row)
            meanwhile = await row_of(service, active.run.id)
            is_answered = answering.done()
        answer = await answering
        await assert_stored_once(client, active.run.id, "success")

    assert (read.status_code, read.json()["status"]) == (200, "running")
    assert report.status_code == 409
    assert before is None
    assert meanwhile is not None
    assert not meanwhile.is_over
    assert not is_answered
    assert answer.json()["run_id"] == active.run.id


async def test_run_without_a_row_can_be_cancelled(settings: Settings) -> None:
    async with opened(settings) as (client, service):
        with held_branch(), loop_clock.standing_still():
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            active = await started(service)
            cancelled = await client.post(f"/runs/{active.run.id}/cancel")
            answer = await answering
        await assert_stored_once(client, active.run.id, "cancelled")

    assert cancelled.json()["status"] == "cancelled"
    assert answer.json()["error_type"] == "RunCancelled"


async def test_run_that_gets_no_row_for_a_locked_file_goes_on_and_is_stored_with_its_end(
    settings: Settings,
) -> None:
    async with opened(settings) as (client, service):
        with held_branch():
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            with loop_clock.standing_still():
                active = await started(service)
                with locked(settings):
                    loop_clock.skip(seconds=1)
                    await creation_of(active)
                    has_row = active.has_row
        answer = await answering
        await assert_stored_once(client, active.run.id, "success")

    assert not has_row
    assert answer.status_code == 200


async def test_row_is_created_once_the_file_is_free_again(settings: Settings) -> None:
    async with opened(settings) as (client, service):
        with held_branch():
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            with loop_clock.standing_still():
                active = await started(service)
                with locked(settings):
                    loop_clock.skip(seconds=1)
                    await creation_of(active)
            await until(lambda: active.has_row)
            meanwhile = await row_of(service, active.run.id)
        await answering
        await assert_stored_once(client, active.run.id, "success")

    assert meanwhile is not None
    assert not meanwhile.is_over


async def creation_of(active: ActiveRun) -> None:
    """Return when the creation of a run's row has ended, however it did."""
    await until(lambda: active.creating is not None)
    assert active.creating is not None
    await asyncio.wait([active.creating])


async def test_end_waits_for_a_creation_that_is_on_its_way(stored_settings: Settings) -> None:
    async with opened(stored_settings) as (client, service):
        with holding("deferred:must") as let_go:
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            with loop_clock.standing_still():
                active = await started(service)
                async with held(service.database.writer):
                    loop_clock.skip(seconds=1)
                    await until(lambda: active.creating is not None)
                    let_go()
                    await until(lambda: active.is_ending)
                    is_created = active.has_row
        await answering
        await assert_stored_once(client, active.run.id, "success")

    assert not is_created
    assert active.has_row


async def test_creation_whose_answer_was_lost_does_not_lose_the_end(
    stored_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(stored_settings) as (client, service):
        runs = service.runner._runs
        create = runs.create

        async def lose_the_answer(run: Run) -> Run:
            await create(run)
            raise StorageUnavailable("the connection was lost")

        monkeypatch.setattr(runs, "create", lose_the_answer)
        with held_branch():
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            with loop_clock.standing_still():
                active = await started(service)
                loop_clock.skip(seconds=1)
                await creation_of(active)
            meanwhile = await row_of(service, active.run.id)
        answer = await answering
        await assert_stored_once(client, active.run.id, "success")

    assert meanwhile is not None
    assert not active.has_row
    assert answer.status_code == 200
    assert active.run.status is RunStatus.SUCCESS


@pytest.mark.parametrize(
    ("action", "body", "headers"),
    [
        ("stream", NAMED, {}),
        ("batch", {"inputs": [NAMED["input"]]}, {}),
        ("runs", NAMED, {}),
        ("invoke", {**NAMED, "thread_id": "t"}, {}),
        ("invoke", NAMED, {"Idempotency-Key": "order-17"}),
    ],
    ids=["stream", "batch", "background", "thread", "key"],
)
async def test_every_other_run_has_its_row_before_it_starts(
    settings: Settings, action: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    path = f"/graphs/scripted/{action}"
    async with opened(settings) as (client, service):
        with held_branch(), loop_clock.standing_still():  # no row is created by the clock
            answering = asyncio.create_task(client.post(path, json=body, headers=headers))
            active = await started(service)
            row = await row_of(service, active.run.id)
        await answering
        run = await active.wait()

    assert row is not None
    assert run.status is RunStatus.SUCCESS


async def test_retry_that_is_waited_for_has_its_row_before_it_starts(settings: Settings) -> None:
    failing = {"input": {"name": "deferred", "join": "fail"}}
    async with opened(settings) as (client, service):
        failed = (await client.post(INVOKE, json=failing)).json()["run_id"]
        with holding("deferred:join"), loop_clock.standing_still():
            path = f"/runs/{failed}/retry?wait=true"
            answering = asyncio.create_task(client.post(path))
            await asyncio.to_thread(assert_begins, "deferred:join")
            [active] = service.runner.active
            row = await row_of(service, active.run.id)
        await answering

    assert row is not None


async def test_run_that_is_not_to_be_recorded_never_has_a_row(settings: Settings) -> None:
    unrecorded = settings.model_copy(update={"record_stateless": False})
    async with opened(unrecorded) as (client, service):
        with held_branch():
            answering = asyncio.create_task(client.post(INVOKE, json=NAMED))
            active = await started(service)
            loop_clock.skip(seconds=1)
            read = await client.get(f"/runs/{active.run.id}")
        answer = await answering
        gone = await client.get(f"/runs/{active.run.id}")
        runs = await all_runs(client)
        on_a_thread = await client.post(INVOKE, json={**NAMED, "thread_id": "t"})
        recorded = await client.get(f"/runs/{on_a_thread.json()['run_id']}")

    assert (read.status_code, answer.status_code) == (200, 200)
    assert gone.status_code == 404
    assert runs == []
    assert recorded.status_code == 200
