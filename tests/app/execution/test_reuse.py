"""What passes between service and kit: deadlines, results handed down, items, races."""

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.app import loop_clock
from tests.app.execution.test_runner import invoke, rows_of
from tests.app.service_at_hand import active_run, finished_branches, opened


async def past_its_deadline(settings: Settings, graph_input: dict[str, Any]) -> httpx2.Response:
    """Return the answer to a run whose deadline passes when two of its branches have finished."""
    body = {"input": graph_input, "deadline_ms": 40_000}
    async with opened(settings) as (client, service):
        answering = asyncio.create_task(client.post("/graphs/scripted/invoke", json=body))
        await finished_branches(await active_run(service), count=2)
        loop_clock.skip(seconds=45)
        return await answering


@pytest.mark.anyio
async def test_deadline_cuts_off_what_is_late_and_the_join_gets_the_rest(
    settings: Settings,
) -> None:
    response = await past_its_deadline(settings, {"may": "stall"})

    answer = response.json()
    assert response.status_code == 200
    assert answer["degraded"] is True
    row = next(row for row in answer["report"]["branches"] if row["id"] == "may")
    assert (row["status"], row["error"]["type"]) == ("timeout", "DeadlinePassed")


@pytest.mark.anyio
async def test_required_branch_cut_off_by_the_deadline_is_504(settings: Settings) -> None:
    response = await past_its_deadline(settings, {"must": "stall"})

    assert response.status_code == 504
    assert response.json()["branch"] == "must"
    assert response.json()["error_type"] == "DeadlinePassed"


def test_retry_runs_again_only_what_failed_and_then_the_join(client: TestClient) -> None:
    failed = invoke(client, "flaky", input={"name": "retried"}).json()

    again = client.post(f"/runs/{failed['run_id']}/retry?wait=true")

    answer = again.json()
    assert again.status_code == 200
    assert answer["output"] == {"answer": "steady 1, flaky 2"}
    statuses = {name: row["status"] for name, row in rows_of(answer["report"]).items()}
    assert statuses == {"steady": "cached", "flaky": "ok", "combine": "ok"}
    read = client.get(f"/runs/{answer['run_id']}").json()
    assert read["retry_of"] == failed["run_id"]


def test_retry_hands_down_nothing_that_built_on_a_failure(client: TestClient) -> None:
    lacking = invoke(client, "builds_on", input={"name": "built on"}).json()

    again = client.post(f"/runs/{lacking['run_id']}/retry?wait=true").json()

    assert lacking["output"] == {"answer": "from steady"}
    assert again["output"] == {"answer": "from steady and flaky"}
    statuses = {name: row["status"] for name, row in rows_of(again["report"]).items()}
    assert (statuses["steady"], statuses["flaky"], statuses["write"]) == ("cached", "ok", "ok")


def test_retry_runs_a_branch_again_that_lacks_an_optional_part_of_its_own(
    client: TestClient,
) -> None:
    lacking = invoke(client, "nested_optional", input={"name": "mended"}).json()

    again = client.post(f"/runs/{lacking['run_id']}/retry?wait=true").json()

    assert lacking["output"]["answer"] == "steady"
    assert again["output"]["answer"] == "flaky steady"
    statuses = {name: row["status"] for name, row in rows_of(again["report"]).items()}
    assert (statuses["inner"], statuses["other"]) == ("ok", "cached")
    assert (statuses["inner/flaky"], statuses["inner/steady"]) == ("ok", "cached")


def test_retry_of_what_cannot_be_stored_runs_everything_again(client: TestClient) -> None:
    failed = invoke(client, "scripted", input={"must": "fail", "may": "odd"})

    again = client.post(f"/runs/{failed.json()['run_id']}/retry?wait=true")

    assert failed.json()["error_type"] == "ValueError"
    statuses = {name: row["status"] for name, row in rows_of(again.json()["report"]).items()}
    assert (statuses["must"], statuses["may"]) == ("failed", "ok")


def test_items_are_rows_of_their_own_in_item_order_and_losers_are_cancelled(
    client: TestClient,
) -> None:
    answer = invoke(client, "many", input={"words": ["one", "three", "broken"]}).json()

    assert answer["output"] == {"lengths": [3, 5], "winner": {"quick": "I won"}}
    assert answer["degraded"] is True
    rows = {row["name"]: row for row in answer["report"]["branches"]}
    assert set(rows) == {*(f"measure[{n}]" for n in range(3)), "gather", "quick", "slow", "finish"}
    assert rows["measure[0]"]["result"] == {"lengths": 3}
    assert rows["measure[1]"]["result"] == {"lengths": 5}
    assert rows["measure[2]"]["status"] == "failed"
    assert rows["measure[2]"]["result"] == {}
    assert (rows["quick"]["status"], rows["slow"]["status"]) == ("ok", "cancelled")


def test_loser_that_is_cancelled_does_not_degrade_the_run(client: TestClient) -> None:
    answer = invoke(client, "many", input={"words": []}).json()

    assert answer["output"] == {"lengths": [], "winner": {"quick": "I won"}}
    assert answer["degraded"] is False


def test_optional_part_that_fails_inside_a_branch_degrades_the_run(client: TestClient) -> None:
    answer = invoke(client, "nested_optional", input={"name": "lenient"}).json()

    assert answer["output"]["answer"] == "steady"
    assert rows_of(answer["report"])["inner"]["status"] == "ok"
    assert answer["degraded"] is True


def test_part_that_failed_in_an_attempt_after_which_one_succeeded_does_not(
    client: TestClient,
) -> None:
    answer = invoke(client, "nested_optional", input={"name": "strict", "insists": True}).json()

    assert answer["output"]["answer"] == "flaky steady"
    assert rows_of(answer["report"])["inner"]["attempts"] == 2
    assert answer["degraded"] is False
