"""Runs that are deleted by their id, readable or not."""

import sqlite3
from contextlib import closing
from typing import Any

from fastapi.testclient import TestClient

from app.settings import Settings
from tests.app.at_work import assert_begins, holding
from tests.app.execution.test_runner import invoke


def test_run_that_is_over_is_deleted_with_its_events(client: TestClient) -> None:
    run_id = invoke(client, "scripted", metadata={"a": 1}).json()["run_id"]

    deleted = client.delete(f"/runs/{run_id}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"/runs/{run_id}").status_code == 404
    assert client.get(f"/runs/{run_id}/stream").status_code == 404
    assert client.post("/runs/search", json={"metadata": {"a": 1}}).json() == []
    assert client.delete(f"/runs/{run_id}").status_code == 404


def test_active_run_is_not_deleted(client: TestClient) -> None:
    graph_input: dict[str, Any] = {"must": "ok", "name": "undeletable"}
    with holding("undeletable:must"):
        run = client.post("/graphs/scripted/runs", json={"input": graph_input}).json()
        assert_begins("undeletable:must")

        refused = client.delete(f"/runs/{run['run_id']}")

    assert refused.status_code == 409
    assert "cancel it first" in refused.json()["detail"]


def test_run_whose_question_is_open_is_not_deleted(client: TestClient) -> None:
    on_thread = {"input": {}, "thread_id": "t"}
    asking = client.post("/graphs/asks/invoke", json=on_thread).json()["run_id"]

    refused = client.delete(f"/runs/{asking}")
    answered = client.post(f"/runs/{asking}/resume?wait=true", json={"resume": "yes"})

    assert refused.status_code == 409
    assert "waits for an answer" in refused.json()["detail"]
    assert answered.status_code == 200
    assert client.delete(f"/runs/{asking}").status_code == 204


def test_unreadable_run_is_listed_refused_by_id_and_deleted(
    fresh_client: TestClient, settings: Settings
) -> None:
    good, bad = [invoke(fresh_client, "tally").json()["run_id"] for _ in range(2)]
    with closing(sqlite3.connect(settings.data_dir / "fanjoin.db")) as file, file:
        file.execute("UPDATE runs SET request = '{', metadata = '[' WHERE id = ?", [bad])

    listed = fresh_client.post("/runs/search", json={}).json()
    read = fresh_client.get(f"/runs/{bad}")
    deleted = fresh_client.delete(f"/runs/{bad}")

    assert [(run["run_id"], run["unreadable"] is None) for run in listed] == [
        (bad, False),
        (good, True),
    ]
    assert (read.status_code, read.json()["title"]) == (500, "The stored run cannot be read")
    assert bad in read.json()["detail"]
    assert deleted.status_code == 204
    assert [run["run_id"] for run in fresh_client.post("/runs/search", json={}).json()] == [good]
