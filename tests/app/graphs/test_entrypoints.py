"""Entrypoints of the functional API: all that the service does with a graph works for them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.graphs.registry import inspect_graphs
from app.settings import Settings
from tests.app.graphs.odd.served import served

pytestmark = pytest.mark.anyio

NAMES = ("drafts", "asks", "with_its_own", "with_the_services", "made", "around", "by_hand")


@pytest.fixture
async def client(settings: Settings, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(settings, tmp_path, "entrypoints", NAMES) as client:
        yield client


async def output_of(client: httpx2.AsyncClient, name: str, given: Any, **more: Any) -> Any:
    answer = await client.post(f"/graphs/{name}/invoke", json={"input": given, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]


async def test_entrypoint_says_what_it_takes_and_gives(client: httpx2.AsyncClient) -> None:
    graphs = {graph["graph_id"]: graph for graph in (await client.get("/graphs")).json()}

    assert list(graphs) == list(NAMES)
    assert graphs["drafts"]["input_schema"]["required"] == ["topic"]
    assert graphs["drafts"]["output_schema"]["items"] == {"type": "string"}
    assert graphs["asks"]["input_schema"] == {"type": "string"}
    assert graphs["asks"]["output_schema"]["type"] == "object"
    assert graphs["made"]["branches"] == graphs["made"]["joins"] == []
    assert (await client.get("/openapi.json")).status_code == 200


async def test_input_that_does_not_fit_is_refused_by_place(client: httpx2.AsyncClient) -> None:
    of_keys = await client.post("/graphs/drafts/invoke", json={"input": {}})
    of_one = await client.post("/graphs/asks/invoke", json={"input": 3})

    assert of_keys.status_code == of_one.status_code == 422
    assert of_keys.json()["errors"][0]["place"] == "input.topic"
    assert of_one.json()["errors"][0]["place"] == "input"


async def test_each_task_is_a_row_with_what_it_returned(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/graphs/drafts/invoke", json={"input": {"topic": "tides"}})

    rows = {row["id"]: row for row in answer.json()["report"]["branches"]}
    results = [row["result"] for row in rows.values() if row["name"].startswith("draft")]
    assert answer.json()["output"] == ["tides 1", "tides 2"]
    assert sorted(map(str, results)) == ["['tides 1', 'tides 2']", "tides 1", "tides 2"]
    assert {row["status"] for row in rows.values()} <= {"ok", "cached"}


async def test_task_that_fails_is_named(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/graphs/drafts/invoke", json={"input": {"topic": "fail"}})

    body = answer.json()
    failed = [row["name"] for row in body["report"]["branches"] if row["status"] == "failed"]
    assert answer.status_code == 502
    assert "no ink" in body["detail"]
    assert "draft" in failed


async def test_stream_has_the_rows_and_the_output(client: httpx2.AsyncClient) -> None:
    body = {"input": {"topic": "tides"}}

    answer = await client.post("/graphs/drafts/stream?branches=drafts/draft", json=body)

    assert answer.text.count('event: branch_finished\ndata: {"id":"drafts/draft') == 2
    assert 'event: output\ndata: {"output":["tides 1","tides 2"]}' in answer.text
    assert answer.text.rstrip().rpartition("\n\n")[2].startswith("event: end")


async def test_question_of_a_task_is_answered_on_a_thread(client: httpx2.AsyncClient) -> None:
    for before in (None, {"answer": "yes", "before": None}):
        body = {"input": "tides", "thread_id": "t"}
        first = await client.post("/graphs/asks/invoke", json=body)
        waiting = (await client.get("/threads/t/state")).json()
        path = f"/runs/{first.json()['run_id']}/resume?wait=true"
        answered = await client.post(path, json={"resume": "yes"})
        state = (await client.get("/threads/t/state")).json()

        assert first.status_code == 202
        assert first.json()["interrupts"][0]["value"] == {"approve": "tides 0"}
        assert waiting["next"] == ["asks"]
        assert answered.json()["output"] == {"answer": "yes", "before": before}
        assert (state["values"], state["next"]) == (answered.json()["output"], [])
    updated = await client.post("/threads/t/state", json={"values": {"answer": "no"}})
    state = (await client.get("/threads/t/state")).json()
    refused = await client.post("/threads/t/state", json={"values": "no"})
    assert updated.status_code == 200
    assert state["values"] == {"answer": "no"}
    assert refused.status_code == 422


async def test_background_run_and_retry_take_and_give_one_value(
    client: httpx2.AsyncClient,
) -> None:
    created = await client.post("/graphs/made/runs", json={"input": 0})
    path = f"/runs/{created.json()['run_id']}"
    await client.get(f"{path}/stream")

    run = (await client.get(path)).json()

    assert (run["status"], run["output"]) == ("success", [0, None])


async def test_retry_sends_the_same_value_again(client: httpx2.AsyncClient) -> None:
    failed = await client.post("/graphs/drafts/invoke", json={"input": {"topic": "fail"}})

    again = await client.post(f"/runs/{failed.json()['run_id']}/retry?wait=true")

    assert again.status_code == 502
    assert "no ink" in again.json()["detail"]


async def test_own_store_stays_and_others_get_the_services(client: httpx2.AsyncClient) -> None:
    assert await output_of(client, "with_its_own", "a") is True
    assert await output_of(client, "with_the_services", "a") is True


async def test_factory_of_an_entrypoint_gets_the_config(client: httpx2.AsyncClient) -> None:
    assert await output_of(client, "made", 3, config={"configurable": {"mine": 4}}) == [3, 4]


async def test_entrypoint_within_a_graph_and_channels_made_by_hand_run(
    client: httpx2.AsyncClient,
) -> None:
    assert await output_of(client, "by_hand", {"a": "x"}) == {"b": "xx"}
    around = await output_of(client, "around", {"topic": "tides"})

    assert around["texts"] == ["tides 1", "tides 2"]


@pytest.mark.parametrize("media_type", ["text/plain", "image/svg+xml"])
async def test_diagram_shows_what_is_known(media_type: str, client: httpx2.AsyncClient) -> None:
    for name in NAMES:
        drawn = await client.get(f"/graphs/{name}/diagram", headers={"Accept": media_type})

        assert drawn.status_code == 200
        assert "drafts" in drawn.text or name != "drafts"


async def test_lint_says_nothing_of_what_it_cannot_see(tmp_path: Path, settings: Settings) -> None:
    async with served(settings, tmp_path, "entrypoints", NAMES):
        inspection = await inspect_graphs(tmp_path / "langgraph.json")

    assert (inspection.problems, inspection.findings) == ([], [])
