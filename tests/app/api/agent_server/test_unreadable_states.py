"""A state that cannot be read or shown costs only itself, over HTTP and on both databases."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx2
import psycopg
import pytest
from langgraph.checkpoint.base import create_checkpoint
from sqlalchemy import Connection, text

from app.service import Service
from app.settings import Settings
from app.storage.migrate import migrate
from tests.app.service_at_hand import opened

pytestmark = pytest.mark.anyio

Opened = tuple[httpx2.AsyncClient, Service]


@pytest.fixture
async def at_hand(stored_settings: Settings, anyio_backend: str) -> AsyncIterator[Opened]:
    await migrate(stored_settings)
    async with opened(stored_settings) as client_and_service:
        yield client_and_service


async def tally(client: httpx2.AsyncClient, thread_id: str, **body: Any) -> httpx2.Response:
    sent = {"input": {}, "thread_id": thread_id, **body}
    return await client.post("/graphs/tally/invoke", json=sent)


async def ids_of(client: httpx2.AsyncClient, thread_id: str) -> list[str]:
    """Return the checkpoints of a thread, the newest first."""
    states = (await client.post(f"/threads/{thread_id}/history", json={})).json()
    return [state["checkpoint"]["checkpoint_id"] for state in states]


def break_checkpoint(settings: Settings, checkpoint_id: str) -> None:
    """Store what no checkpoint is, behind the back of the service."""
    if settings.postgres_url is not None:
        statement = "UPDATE checkpoints SET checkpoint = '5' WHERE checkpoint_id = %s"
        with psycopg.connect(settings.postgres_url, autocommit=True) as server:
            server.execute(statement, [checkpoint_id])
        return
    statement = "UPDATE checkpoints SET checkpoint = substr(checkpoint, 1, 9) WHERE checkpoint_id=?"
    with closing(sqlite3.connect(settings.data_dir / "checkpoints.db")) as file, file:
        file.execute(statement, [checkpoint_id])


async def make_ambiguous(service: Service, thread_id: str) -> None:
    """Store a state whose keys 1 and "1" would become one in JSON."""
    saver = service.checkpoints.of("")
    at: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    last = await saver.aget_tuple(at)
    assert last is not None
    checkpoint = create_checkpoint(last.checkpoint, None, 9)
    version = saver.get_next_version(str(checkpoint["channel_versions"]["count"]), None)
    checkpoint["channel_values"] = {"count": {1: "a", "1": "b"}}
    checkpoint["channel_versions"] = {**checkpoint["channel_versions"], "count": version}
    await saver.aput(last.config, checkpoint, last.metadata, {"count": version})


async def test_thread_whose_state_is_damaged_is_listed_as_such_and_can_be_deleted(
    at_hand: Opened, stored_settings: Settings
) -> None:
    client, _ = at_hand
    for thread_id in ("good", "bad"):
        await tally(client, thread_id)
    break_checkpoint(stored_settings, (await ids_of(client, "bad"))[0])

    search = await client.post("/threads/search", json={"select": ["thread_id", "values"]})
    by_id = await client.get("/threads/bad")
    state = await client.get("/threads/bad/state")
    patched = await client.patch("/threads/bad", json={"metadata": {"a": 1}})
    run = await tally(client, "bad")
    edit = await client.post("/threads/bad/state", json={"values": {"count": 1}})
    deleted = await client.delete("/threads/bad")

    bad, good = search.json()
    assert search.status_code == 200
    assert good == {"thread_id": "good", "values": {"count": 1}}
    assert (bad["thread_id"], bad["values"]) == ("bad", None)
    assert "cannot be read" in bad["unreadable"]
    assert {by_id.status_code, state.status_code, edit.status_code} == {500}
    assert by_id.json()["title"] == "The stored state of the thread cannot be read"
    assert "'bad' is stored, and cannot be read" in by_id.json()["detail"]
    assert (patched.status_code, patched.json()["metadata"]["a"]) == (200, 1)
    assert (run.status_code, run.json()["error_type"]) == (500, "UnreadableState")
    assert (run.json()["branch"], run.json()["title"]) == (
        None,
        "The stored state that the run continues from cannot be read",
    )
    assert deleted.status_code == 204
    assert (await client.get("/threads/bad")).status_code == 404


async def test_history_shows_the_states_around_a_damaged_one(
    at_hand: Opened, stored_settings: Settings
) -> None:
    client, _ = at_hand
    await tally(client, "t")
    newest, broken, *older = await ids_of(client, "t")
    break_checkpoint(stored_settings, broken)

    page = (await client.post("/threads/t/history", json={})).json()
    rest = (await client.post("/threads/t/history", json={"before": newest, "limit": 1})).json()
    matching = (await client.post("/threads/t/history", json={"metadata": {"step": 1}})).json()

    assert [state["checkpoint"]["checkpoint_id"] for state in page] == [newest, broken, *older]
    assert ["unreadable" in state for state in page] == [False, True, *(False for _ in older)]
    assert [state["checkpoint"]["checkpoint_id"] for state in rest] == [broken]
    assert [state["checkpoint"]["checkpoint_id"] for state in matching] == [newest]


@pytest.mark.parametrize("way", ["run", "edit"])
async def test_thread_continues_from_before_the_damage(
    at_hand: Opened, stored_settings: Settings, way: str
) -> None:
    client, _ = at_hand
    await tally(client, "t")
    newest, before, *_ = await ids_of(client, "t")
    break_checkpoint(stored_settings, newest)

    if way == "run":
        repaired = await tally(client, "t", checkpoint_id=before)
    else:
        edit = {"values": {"count": 1}, "as_node": "add", "checkpoint_id": before}
        repaired = await client.post("/threads/t/state", json=edit)
    run = await tally(client, "t")

    assert repaired.status_code == 200, repaired.text
    assert run.json()["output"] == {"count": 2}


async def test_state_with_keys_that_clash_does_not_fail_a_list(
    at_hand: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    client, service = at_hand
    for thread_id in ("good", "clashing"):
        await tally(client, thread_id)
    await make_ambiguous(service, "clashing")
    caplog.set_level(logging.WARNING)

    searches = [await client.post("/threads/search", json={}) for _ in range(2)]
    history = await client.post("/threads/clashing/history", json={"limit": 2})

    assert [search.status_code for search in searches] == [200, 200]
    by_id = {thread["thread_id"]: thread for thread in searches[0].json()}
    assert by_id["good"]["values"] == {"count": 1}
    assert by_id["clashing"]["values"] is None
    assert "would both become '1'" in by_id["clashing"]["unreadable"]
    logged = [one.message for one in caplog.records]
    assert logged == ["a stored thread cannot be read"]
    assert [state["values"] for state in history.json()] == [None, {"count": 1}]
    assert (await client.get("/threads/clashing")).status_code == 502


async def test_unreadable_row_is_listed_refused_by_id_and_deleted(at_hand: Opened) -> None:
    client, service = at_hand
    for thread_id in ("good", "bad"):
        await client.post("/threads", json={"thread_id": thread_id})
    await service.database.writer.write(break_metadata, "bad")

    search = await client.post("/threads/search", json={})
    by_id = await client.get("/threads/bad")
    run = await tally(client, "bad")
    deleted = await client.delete("/threads/bad")

    shown = {thread["thread_id"]: thread.get("unreadable") for thread in search.json()}
    assert shown["good"] is None
    assert "metadata" in shown["bad"]
    assert (by_id.status_code, run.status_code, deleted.status_code) == (500, 500, 204)
    assert by_id.json()["title"] == run.json()["title"] == "The stored thread cannot be read"


def break_metadata(connection: Connection, thread_id: str) -> None:
    statement = text("UPDATE threads SET metadata = '{' WHERE thread_id = :thread_id")
    connection.execute(statement, {"thread_id": thread_id})
