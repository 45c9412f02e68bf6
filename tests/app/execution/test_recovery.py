"""What a process leaves at work goes on in the next one, or is told to be over."""

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import Command
from sqlalchemy import select

from app.errors import Stopping
from app.execution.active_runs import ActiveRun
from app.runs.orphans import OrphanedRuns
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.request import RunRequest, record_of
from app.runs.run import Run, RunStatus
from app.service import Service, open_service
from app.settings import Settings
from app.storage.checkpoints import open_checkpoints, run_key
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import runs
from tests.app.at_work import holding
from tests.app.service_at_hand import finished_branches
from tests.app.storage.held_writer import held

pytestmark = pytest.mark.anyio

ALL_OK = {"must": "ok", "may": "ok", "join": "ok", "name": "x"}


async def leave_behind(settings: Settings, graph_id: str, **asked: Any) -> str:
    """Leave a run in the database as a process that was killed does."""
    await migrate(settings)
    request = RunRequest(**asked)
    run = Run(graph_id, request.thread_id)
    async with open_database(settings) as database:
        await RunRepository(database).begin(record_of(run, request))
    return run.id


async def read(service: Service, run_id: str) -> RunRecord:
    """Return a run once it is over."""
    started = service.runner.live.get(run_id)
    if started is not None:
        await started.wait()
    record = await RunRepository(service.database).get(run_id, owner=None)
    assert record is not None
    return record


async def test_background_run_that_had_not_begun_is_run(stored_settings: Settings) -> None:
    graph_input = {"must": "ok", "may": "ok", "join": "ok", "name": "orphan"}
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input=graph_input, is_background=True
    )

    async with open_service(stored_settings) as service:
        record = await read(service, run_id)
        events = await RunRepository(service.database).events(run_id, 0)

    assert record.run.status is RunStatus.SUCCESS
    assert record.attempt == 2
    assert events[0].id == 10_000_001
    assert events[0].data["attempt"] == 2
    assert "taken up again" in record.run.report["warnings"][0]


async def test_foreground_run_is_an_error_with_the_reason(stored_settings: Settings) -> None:
    run_id = await leave_behind(stored_settings, "tally", graph_input={}, thread_id="t")

    async with open_service(stored_settings) as service:
        record = await read(service, run_id)
        again = await service.runner.start(service.registry["tally"], RunRequest({}, thread_id="t"))
        await again.wait()

    assert record.run.status is RunStatus.ERROR
    assert record.run.failure is not None
    assert record.run.failure.type == "ServiceEnded"
    assert again.run.status is RunStatus.SUCCESS


async def test_run_that_was_to_be_cancelled_is_cancelled(stored_settings: Settings) -> None:
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input={"must": "stall"}, is_background=True
    )
    async with open_database(stored_settings) as database:
        await RunRepository(database).request_cancel(run_id)

    async with open_service(stored_settings) as service:
        record = await read(service, run_id)

    assert record.run.status is RunStatus.CANCELLED


async def test_run_that_never_survives_is_given_up(stored_settings: Settings) -> None:
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input={"must": "ok"}, is_background=True
    )
    async with open_database(stored_settings) as database:
        for _ in range(stored_settings.max_run_attempts):
            await OrphanedRuns(database).take(10, [])

    async with open_service(stored_settings) as service:
        record = await read(service, run_id)

    assert record.run.failure is not None
    assert record.run.failure.type == "TooManyAttempts"


@pytest.mark.parametrize(
    ("graph_id", "graph_input", "reason"),
    [("gone", {}, "GraphNotFound"), ("flaky", {"name": 3}, "InvalidInput")],
)
async def test_run_whose_graph_has_changed_is_an_error_with_the_reason(
    settings: Settings, graph_id: str, graph_input: dict[str, Any], reason: str
) -> None:
    run_id = await leave_behind(settings, graph_id, graph_input=graph_input, is_background=True)

    async with open_service(settings) as service:
        record = await read(service, run_id)

    assert record.run.failure is not None
    assert record.run.failure.type == reason


async def test_stopped_service_lets_background_runs_go_and_ends_the_others(
    stored_settings: Settings,
) -> None:
    stopped = {**ALL_OK, "name": "stopped"}
    with holding("stopped:must"):
        async with open_service(stored_settings) as service:
            entry = service.registry["scripted"]
            background = await service.runner.start(entry, RunRequest(stopped, is_background=True))
            awaited = await service.runner.start(entry, RunRequest(stopped))
    async with open_service(stored_settings) as service:
        record = await read(service, background.run.id)

    assert background.run.status is RunStatus.PENDING
    assert awaited.run.status is RunStatus.CANCELLED
    assert record.run.status is RunStatus.SUCCESS
    assert record.failed_attempts == 0


async def test_run_that_was_cancelled_before_the_service_stops_does_not_go_on(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        started = await begun_stall(service)
        started.stop()
    async with open_service(settings) as service:
        record = await read(service, started.run.id)

    assert record.run.status is RunStatus.CANCELLED
    assert record.attempt == 1


async def begun_stall(service: Service) -> ActiveRun:
    """A background run that is in the midst of its branches."""
    entry, stall = service.registry["scripted"], {**ALL_OK, "must": "stall"}
    started = await service.runner.start(entry, RunRequest(stall, is_background=True))
    await finished_branches(started, count=2)
    return started


async def test_background_run_whose_caller_leaves_while_it_begins_goes_on(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        async with held(service.database.writer):
            asking = await beginning(service)
            [started] = service.runner.live
            asking.cancel()
            await asyncio.wait([asking])
        run = await started.wait()

    assert asking.cancelled()
    assert run.status is RunStatus.SUCCESS


async def test_background_run_that_begins_while_the_service_stops_goes_on_later(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        async with held(service.database.writer):
            asking = await beginning(service)
            [started] = service.runner.live
            draining = asyncio.create_task(service.runner.drain(0))
            await asyncio.wait([asking])
        await draining
    async with open_service(settings) as service:
        record = await read(service, started.run.id)

    assert isinstance(asking.exception(), Stopping)
    assert record.run.status is RunStatus.SUCCESS
    assert record.failed_attempts == 0


async def beginning(service: Service) -> asyncio.Task[ActiveRun]:
    """A background run whose start is on its way to the database."""
    entry = service.registry["scripted"]
    asking = asyncio.create_task(
        service.runner.start(entry, RunRequest(ALL_OK, is_background=True))
    )
    for _ in range(2):  # the asker's first step, then that of the run
        await asyncio.sleep(0)
    assert not asking.done()
    return asking


async def test_run_that_ends_without_a_kept_end_is_taken_up_again(settings: Settings) -> None:
    async with open_service(settings) as service:
        started = await begun_stall(service)
        started.is_released = True  # as where its database was away: nothing tells of its end
        started.task.cancel()
        await asyncio.wait([started.task])
        async with asyncio.timeout(60):
            while service.runner.live.get(started.run.id) is None:  # noqa: ASYNC110  # as a caller
                await asyncio.sleep(0.05)
        record = await RunRepository(service.database).get(started.run.id, owner=None)

    assert record is not None
    assert record.attempt == 2


async def test_branches_that_had_finished_are_not_run_again(stored_settings: Settings) -> None:
    graph_input = {"must": "ok", "may": "fail", "join": "ok", "name": "middle"}
    with holding("middle:must"):
        async with open_service(stored_settings) as service:
            entry = service.registry["scripted"]
            started = await service.runner.start(entry, RunRequest(graph_input, is_background=True))
            finished = await finished_branches(started, count=2)
    async with open_service(stored_settings) as service:
        record = await read(service, started.run.id)
        events = await RunRepository(service.database).events(started.run.id, 10_000_000)

    rows = {row["id"]: row for row in record.run.report["branches"]}
    begun = [event.data["id"] for event in events if event.type == "branch_started"]
    assert finished == {"may", "also"}
    assert record.run.output == {"answer": "must, also; missing: ['may']", "value": None}
    assert begun == ["must"]
    assert (rows["also"]["status"], rows["may"]["status"]) == ("ok", "failed")
    assert rows["may"]["error"]["type"] == "ValueError"
    assert record.run.report["degraded"] is True
    assert record.run.report["critical_path"] == ["must", "combine"]
    assert await left_of(stored_settings, started.run.id) == (None, False)


async def left_of(settings: Settings, run_id: str) -> tuple[CheckpointTuple | None, bool]:
    """Return a run's own checkpoint, and whether its row says that there is one."""
    async with open_database(settings) as database, open_checkpoints(settings) as checkpoints:
        (row,) = await database.read(select(runs.c.has_checkpoints).where(runs.c.id == run_id))
        config: RunnableConfig = {"configurable": {"thread_id": run_key(run_id)}}
        return await checkpoints.saver.aget_tuple(config), row.has_checkpoints


async def test_answer_given_before_the_service_ended_is_not_lost(settings: Settings) -> None:
    async with open_service(settings) as service:
        asks = service.registry["asks"]
        asked = await service.runner.start(asks, RunRequest({}, thread_id="t"))
        await asked.wait()
    answer: Command[Any] = Command(resume="given")
    run_id = await leave_behind(
        settings, "asks", graph_input=answer, thread_id="t", is_background=True
    )

    async with open_service(settings) as service:
        record = await read(service, run_id)

    rows = {row["id"]: row["status"] for row in record.run.report["branches"]}
    assert record.run.output is not None
    assert "given" in record.run.output["answer"]
    assert rows == {"sure": "cached", "unsure": "ok", "combine": "ok"}
