"""Runs of before a restart, and those that no process works at yet."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import KeyReused
from app.execution.active_runs import ActiveRun, ActiveRuns
from app.execution.handles import IdempotencyKey, Runs
from app.main import create_app
from app.runs.events import Event
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.migrate import migrate
from tests.app.api.typed.test_runs import create, follow
from tests.app.execution.test_runner import invoke
from tests.conftest import SERVED_GRAPHS


@contextmanager
def served(settings: Settings) -> Iterator[TestClient]:
    """The service over a data folder, which may hold what an earlier one left."""
    with TestClient(create_app(settings)) as client:
        yield client


def test_run_of_before_a_restart_is_read_and_followed_as_it_was(settings: Settings) -> None:
    with served(settings) as client:
        background = create(client, "scripted", input={"may": "fail"}, metadata={"env": "prod"})
        told = follow(client, background)
        failed = invoke(client, "scripted", input={"must": "fail"}).json()["run_id"]
        before = [client.get(f"/runs/{run_id}").json() for run_id in (background, failed)]
        report = client.get(f"/runs/{background}/report").json()

    with served(settings) as client:
        after = [client.get(f"/runs/{run_id}").json() for run_id in (background, failed)]
        assert after == before
        assert client.get(f"/runs/{background}/report").json() == report
        for seen in (0, 3, len(told)):
            assert follow(client, background, seen) == told[seen:]
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


def test_events_that_are_kept_no_longer_are_410(settings: Settings) -> None:
    with served(settings) as client:
        run_id = invoke(client, "scripted").json()["run_id"]
        with sqlite3.connect(settings.data_dir / "fanjoin.db") as kept:
            kept.execute("UPDATE runs SET last_events = NULL")
        kept.close()

        gone = client.get(f"/runs/{run_id}/stream")

        assert gone.status_code == 410
        assert gone.headers["content-type"] == "application/problem+json"
        assert client.get(f"/runs/{run_id}").json()["status"] == "success"


class TestRunsOfNoProcess:
    """A run whose row says running, while nobody is at work on it: the moment after a start."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def database(self, settings: Settings, anyio_backend: str) -> AsyncIterator[Database]:
        await migrate(settings)
        async with open_database(settings) as database:
            yield database

    async def begin(self, database: Database, **fields: Any) -> RunRecord:
        record = RunRecord(Run("graph"), "me", {"input": {}}, **fields)
        await RunRepository(database).begin(record)
        await RunRepository(database).append_events(
            [(record.run.id, [Event(1, "run_started", {})])]
        )
        return record

    async def end(self, database: Database, record: RunRecord) -> None:
        record.run.status = RunStatus.SUCCESS
        await RunRepository(database).end(record, [Event(2, "end", {})], None)

    async def test_its_end_is_waited_for_and_its_events_followed(self, database: Database) -> None:
        record = await self.begin(database)
        found = await Runs(ActiveRuns(), RunRepository(database)).get(record.run.id, owner="me")
        following = await found.follow()

        first = await anext(following)
        await self.end(database, record)
        rest = [event.id async for event in following]

        assert (first.id, rest) == (1, [2])
        assert (await found.wait()).status is RunStatus.SUCCESS

    async def test_its_cancelling_is_asked_for(self, database: Database) -> None:
        record = await self.begin(database)
        found = await Runs(ActiveRuns(), RunRepository(database)).get(record.run.id, owner="me")

        async with asyncio.TaskGroup() as group:
            cancelling = group.create_task(found.cancel())
            group.create_task(self.end_when_asked_to(database, record))

        assert cancelling.result().is_over

    async def end_when_asked_to(self, database: Database, record: RunRecord) -> None:
        while True:
            kept = await RunRepository(database).get(record.run.id, owner="me")
            if kept is not None and kept.cancel_requested:
                return await self.end(database, record)
            await asyncio.sleep(0.01)

    async def test_key_of_another_request_starts_nothing(self, database: Database) -> None:
        await self.begin(database, key="run:k", request_hash="one")
        finder = Runs(ActiveRuns(), RunRepository(database))

        async def start() -> ActiveRun:
            raise AssertionError("it was started")

        with pytest.raises(KeyReused):
            await finder.start_once("me", IdempotencyKey("run:k", "another"), start)
        assert (await finder.start_once("me", IdempotencyKey("run:k", "one"), start)).is_replayed
