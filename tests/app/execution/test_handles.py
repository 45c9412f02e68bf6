"""Runs of before a restart, and those that no process executes yet."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.errors import KeyReused
from app.execution.handles import Runs
from app.graphs.registry import GraphRegistry, load_registry
from app.main import create_app
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunStatus
from app.runs.search import RunSearch
from app.settings import Settings
from app.storage.migrate import migrate
from app.threads.repository import ThreadRepository
from tests.app.api.typed.test_runs import create, follow
from tests.app.execution.test_runner import invoke
from tests.app.service_at_hand import Idle, opened_idle
from tests.conftest import SERVED_GRAPHS


@contextmanager
def served(settings: Settings) -> Iterator[TestClient]:
    """The service over a data folder, which may hold what an earlier one left."""
    with TestClient(create_app(settings)) as client:
        yield client


def test_run_of_before_a_restart_is_read_and_followed_as_it_was(settings: Settings) -> None:
    with served(settings) as client:
        background = create(client, "scripted", input={"may": "fail"}, metadata={"env": "prod"})
        events = follow(client, background)
        failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]
        before = [client.get(f"/runs/{run_id}").json() for run_id in (background, failed)]
        report = client.get(f"/runs/{background}/report").json()

    with served(settings) as client:
        after = [client.get(f"/runs/{run_id}").json() for run_id in (background, failed)]
        assert after == before
        assert client.get(f"/runs/{background}/report").json() == report
        for seen in (0, 3, len(events)):
            assert follow(client, background, seen) == events[seen:]
        assert client.post(f"/runs/{failed}/cancel").json() == before[1]


def test_only_what_failed_before_a_restart_runs_again(settings: Settings) -> None:
    with served(settings) as client:
        failed = invoke(client, "flaky", input={"name": "restarted"}).json()["run_id"]

    with served(settings) as client:
        again = client.post(f"/runs/{failed}/retry?wait=true").json()

    assert again["output"] == {"answer": "steady 1, flaky 2"}


def test_question_of_before_a_restart_can_be_answered(settings: Settings) -> None:
    with served(settings) as client:
        asking = invoke(client, "asks", thread_id="t").json()["run_id"]

    with served(settings) as client:
        answer = client.post(f"/runs/{asking}/resume?wait=true", json={"resume": "yes!"}).json()

    assert answer["output"]["answer"] == "{'sure': 'yes', 'unsure': 'yes!'}"


def test_question_that_a_killed_edit_removed_cannot_be_answered(settings: Settings) -> None:
    with served(settings) as client:
        asking = invoke(client, "asks", thread_id="t").json()["run_id"]
        edit = {"values": {"answer": "edited"}, "as_node": "combine"}
        assert client.post("/threads/t/state", json=edit).status_code == 200
    with sqlite3.connect(settings.data_dir / "fanjoin.db") as connection:
        # As a kill between the edit's checkpoint and the thread's row leaves it.
        connection.execute("UPDATE threads SET last_run_id = ?", [asking])
    connection.close()

    with served(settings) as client:
        answer = client.post(f"/runs/{asking}/resume", json={"resume": "late"})
        values = client.get("/threads/t").json()["values"]

    assert answer.status_code == 409
    assert values["answer"] == "edited"


def test_run_of_a_graph_that_is_gone_can_be_read_but_not_repeated(
    settings: Settings, tmp_path: Path
) -> None:
    declared = json.loads(SERVED_GRAPHS.read_text())["graphs"]
    fewer = tmp_path / "langgraph.json"
    plain = {"tally": str(SERVED_GRAPHS.parent / declared["tally"]["path"])}
    fewer.write_text(json.dumps({"graphs": plain}))
    with served(settings) as client:
        failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]

    with served(settings.model_copy(update={"graphs_file": fewer})) as client:
        assert client.get(f"/runs/{failed}").json()["error"]["branch"] == "must"
        assert follow(client, failed)[-1][1]["status"] == "error"
        refused = client.post(f"/runs/{failed}/retry")

    assert refused.status_code == 404
    assert refused.json()["type"] == "urn:fanjoin:graph-not-found"


def test_events_that_have_been_deleted_are_410(settings: Settings) -> None:
    with served(settings) as client:
        run_id = invoke(client, "scripted").json()["run_id"]
        with sqlite3.connect(settings.data_dir / "fanjoin.db") as connection:
            connection.execute("UPDATE runs SET last_events = NULL")
        connection.close()

        gone = client.get(f"/runs/{run_id}/stream")

        assert gone.status_code == 410
        assert gone.headers["content-type"] == "application/problem+json"
        assert client.get(f"/runs/{run_id}").json()["status"] == "success"


class TestRunsOfNoProcess:
    """A run whose row says running, while nobody executes it: the moment after a start."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def idle(self, settings: Settings, anyio_backend: str) -> AsyncIterator[Idle]:
        await migrate(settings)
        async with opened_idle(settings) as idle:
            with idle.work.subscribe(idle.runner.active.hear):
                yield idle

    @pytest.fixture
    async def registry(self, settings: Settings, anyio_backend: str) -> GraphRegistry:
        return await load_registry(settings.graphs_file)

    @pytest.fixture
    def runs(self, idle: Idle, registry: GraphRegistry) -> Runs:
        database = idle.database
        return Runs(
            idle.runner,
            RunRepository(database),
            ThreadRepository(database),
            registry=registry,
            checkpoints=idle.checkpoints,
            recovery=idle.recovery,
        )

    async def create(self, idle: Idle, key: IdempotencyKey | None = None) -> Run:
        run = Run("tally", RunRequest({}, owner="me", is_background=True, idempotency_key=key))
        await RunRepository(idle.database).create(run)
        events = [Event(1, "run_started", {})]
        await RunRepository(idle.database).append_events([(run.id, events)])
        return run

    async def finish(self, idle: Idle, run: Run) -> None:
        run.status = RunStatus.SUCCESS
        repository = RunRepository(idle.database, idle.work)
        await repository.finish(run, [Event(2, "end", {})], None)

    async def test_its_end_is_waited_for_and_its_events_followed(
        self, idle: Idle, runs: Runs
    ) -> None:
        run = await self.create(idle)
        handle = await runs.get(run.id, owner="me")
        events = await handle.stream()

        first = await anext(events)
        await self.finish(idle, run)
        rest = [event.id async for event in events]

        assert (first.id, rest) == (1, [2])
        assert (await handle.wait()).status is RunStatus.SUCCESS

    async def test_its_cancelling_is_requested(self, idle: Idle, runs: Runs) -> None:
        run = await self.create(idle)
        handle = await runs.get(run.id, owner="me")

        async with asyncio.TaskGroup() as group:
            cancelling = group.create_task(handle.cancel())
            group.create_task(self.finish_when_cancelled(idle, run))

        assert cancelling.result().is_over

    async def finish_when_cancelled(self, idle: Idle, run: Run) -> None:
        while True:
            stored = await RunRepository(idle.database).get(run.id, owner="me")
            if stored is not None and stored.cancel_requested:
                return await self.finish(idle, run)
            await asyncio.sleep(0.01)

    async def test_key_of_another_request_starts_nothing(
        self, idle: Idle, runs: Runs, registry: GraphRegistry
    ) -> None:
        run = await self.create(idle, IdempotencyKey("run:k", "one"))

        def request(request_hash: str) -> RunRequest:
            key = IdempotencyKey("run:k", request_hash)
            return RunRequest({}, owner="me", idempotency_key=key)

        with pytest.raises(KeyReused):
            await runs.start(registry["tally"], request("another"))
        replayed = await runs.start(registry["tally"], request("one"))

        assert (replayed.is_replayed, replayed.run.id) == (True, run.id)
        assert len(idle.runner.active) == 0
        assert len(await runs.search(RunSearch(owner="me"))) == 1
