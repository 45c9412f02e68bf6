"""Runs over HTTP, with real graphs and nothing mocked."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.app import loop_clock
from tests.app.at_work import assert_begins, assert_ends
from tests.app.service_at_hand import active_run, finished_branches, opened
from tests.live_server import PATIENCE_SECONDS, LiveServer, post_and_leave


def invoke(client: TestClient, graph_id: str, **body: Any) -> httpx2.Response:
    return client.post(f"/graphs/{graph_id}/invoke", json={"input": {}, **body})


def events_of(response: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream: each block's name and data."""
    events = []
    for block in response.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events


def rows_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in report["branches"]}


def test_invoke_answers_with_the_joined_output_and_the_report(client: TestClient) -> None:
    response = invoke(client, "scripted")

    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "success"
    assert answer["degraded"] is False
    assert answer["output"] == {"answer": "must, may, also; missing: []"}
    assert [row["status"] for row in answer["report"]["branches"]] == ["ok"] * 4
    assert answer["report"]["critical_path"][-1] == "combine"


def test_optional_branch_failure_degrades_the_run(client: TestClient) -> None:
    response = invoke(client, "scripted", input={"may": "fail"})

    assert response.status_code == 200
    answer = response.json()
    assert answer["degraded"] is True
    assert answer["output"]["answer"] == "must, also; missing: ['may']"
    row = rows_of(answer["report"])["may"]
    assert row["status"] == "failed"
    assert row["error"] == {"type": "ValueError", "message": "x:may broke"}


def test_required_branch_failure_is_502_and_keeps_the_siblings_results(client: TestClient) -> None:
    response = invoke(client, "scripted", input={"must": "fail"})

    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["branch"] == "must"
    assert problem["error_type"] == "ValueError"
    rows = rows_of(problem["report"])
    assert rows["must"]["status"] == "failed"
    assert rows["also"]["result"] == {"results": {"also": "x:also did it"}}
    assert rows["may"]["status"] == "ok"


def test_failure_of_the_join_is_502_and_names_it(client: TestClient) -> None:
    response = invoke(client, "scripted", input={"join": "fail"})

    assert response.status_code == 502
    assert response.json()["branch"] == "combine"
    assert response.json()["detail"] == "x:join broke"


def test_failure_of_a_node_without_the_kit_is_502_and_names_it(client: TestClient) -> None:
    response = invoke(client, "plain", input={"word": "break"})

    assert response.status_code == 502
    assert response.json()["branch"] == "right"
    assert response.json()["error_type"] == "RuntimeError"


@pytest.mark.anyio
async def test_run_that_takes_too_long_is_504_with_its_report(settings: Settings) -> None:
    async with opened(settings) as (client, service):
        body = {"input": {"may": "stall"}}
        answering = asyncio.create_task(client.post("/graphs/scripted/invoke", json=body))
        await finished_branches(await active_run(service), count=2)

        loop_clock.skip(settings.run_timeout_seconds)
        response = await answering

    assert response.status_code == 504
    rows = rows_of(response.json()["report"])
    assert rows["may"]["status"] == "cancelled"
    assert rows["also"]["result"] == {"results": {"also": "x:also did it"}}


def test_two_nodes_writing_one_key_are_named_with_the_mend(client: TestClient) -> None:
    response = invoke(client, "clash")

    assert response.status_code == 502
    detail = response.json()["detail"]
    assert "one, two" in detail
    assert "'answer'" in detail
    assert "by_branch" in detail


def test_join_that_never_ran_fails_the_run_with_a_warning(client: TestClient) -> None:
    response = invoke(client, "armed")

    assert response.status_code == 502
    problem = response.json()
    assert problem["error_type"] == "InvalidOutput"
    assert "answer" in problem["detail"]
    assert "join waited for bad, good and never ran" in problem["report"]["warnings"][0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"input": {"must": "dance"}}, "input.must"),
        ({"input": {}, "inptu": 1}, "inptu"),
        ({}, "input"),
        ({"input": {}, "thread_id": ""}, "thread_id"),
    ],
)
def test_bad_body_is_422_and_names_the_place(
    client: TestClient, body: dict[str, Any], place: str
) -> None:
    response = client.post("/graphs/scripted/invoke", json=body)

    assert response.status_code == 422
    assert [error["place"] for error in response.json()["errors"]] == [place]


def test_body_that_is_no_json_is_422(client: TestClient) -> None:
    response = client.post(
        "/graphs/scripted/invoke", content="{", headers={"content-type": "application/json"}
    )

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_unknown_graph_is_404_and_names_the_known_ones(client: TestClient) -> None:
    response = invoke(client, "nope")

    assert response.status_code == 404
    assert "scripted" in response.json()["detail"]


def test_interrupt_is_202_with_the_question(client: TestClient) -> None:
    response = invoke(client, "asks")

    assert response.status_code == 202
    answer = response.json()
    assert answer["status"] == "interrupted"
    assert answer["output"] is None
    assert [question["value"] for question in answer["interrupts"]] == [{"question": "may I?"}]
    assert answer["interrupts"][0]["branch"] == "unsure"
    assert {row["id"]: row["status"] for row in answer["report"]["branches"]} == {
        "sure": "ok",
        "unsure": "interrupted",
    }


@pytest.mark.parametrize(
    "messages",
    [[{"role": "user", "content": "hi"}], "hi", ["hi"], {"role": "user", "content": "hi"}],
)
def test_conversation_takes_what_langgraph_takes(client: TestClient, messages: Any) -> None:
    response = invoke(client, "chat", input={"messages": messages})

    assert response.status_code == 200
    messages = response.json()["output"]["messages"]
    assert [(message["type"], message["content"]) for message in messages] == [
        ("human", "hi"),
        ("ai", "human said hi"),
    ]


def test_conversation_out_of_shape_is_422(client: TestClient) -> None:
    response = invoke(client, "chat", input={"messages": [{"role": "nobody", "content": "hi"}]})

    assert response.status_code == 422
    assert response.json()["errors"][0]["place"] == "input.messages"


def test_context_has_its_defaults_and_can_be_set(client: TestClient) -> None:
    assert invoke(client, "tuned").json()["output"]["answer"] == "plain"
    assert invoke(client, "tuned", context={"tone": "dry"}).json()["output"]["answer"] == "dry"


def test_graph_with_a_dataclass_state_runs(client: TestClient) -> None:
    response = invoke(client, "line", input={"number": 3})

    assert response.json()["output"] == {"number": 3, "doubled": 12}
    assert response.json()["report"]["speedup"] == 1.0


def test_thread_keeps_its_state_and_an_old_result_is_never_shown(client: TestClient) -> None:
    first = invoke(client, "scripted", thread_id="t", input={"name": "first"})
    second = invoke(client, "scripted", thread_id="t", input={"name": "second", "may": "fail"})

    assert first.json()["output"]["answer"] == "must, may, also; missing: []"
    assert second.json()["output"]["answer"] == "must, also; missing: ['may']"
    assert second.json()["thread_id"] == "t"


def test_answer_is_json_whatever_the_graph_makes(client: TestClient) -> None:
    response = invoke(client, "scripted", input={"join": "nan", "may": "odd"})

    assert response.status_code == 200
    assert response.json()["output"]["value"] is None
    assert "object" in rows_of(response.json()["report"])["may"]["result"]["results"]["may"]


def test_large_result_is_shown_by_its_beginning(client: TestClient) -> None:
    response = invoke(client, "scripted", input={"may": "big"})

    result = rows_of(response.json()["report"])["may"]["result"]
    assert result["truncated"] is True
    assert result["bytes"] > 200_000
    assert len(response.content) < 20_000


def test_rows_of_a_branch_that_is_a_graph_are_named_by_their_path(client: TestClient) -> None:
    response = invoke(client, "nested", input={"word": "tides"})

    rows = rows_of(response.json()["report"])
    assert response.json()["output"]["answer"] == "read about tides; I think tides"
    assert set(rows) == {"research", "research/search", "research/read", "guess", "combine"}
    assert rows["research"]["kind"] == rows["guess"]["kind"] == "branch"
    assert rows["combine"]["kind"] == "join"


def test_client_that_leaves_ends_its_run(live_server: LiveServer) -> None:
    body = {"input": {"may": "stall", "name": "leaver"}}

    path = "/graphs/scripted/invoke"
    post_and_leave(live_server, path, body, when=lambda: assert_begins("leaver:may"))

    assert_ends("leaver:may")


def test_busy_thread_is_409(live_server: LiveServer) -> None:
    body = {"input": {"may": "stall", "name": "holder"}, "thread_id": "held"}
    with (
        httpx2.Client(base_url=live_server.url, timeout=PATIENCE_SECONDS) as client,
        client.stream("POST", "/graphs/scripted/stream", json=body) as response,
    ):
        lines = response.iter_lines()
        next(lines)

        second = client.post("/graphs/scripted/invoke", json=body)

    assert second.status_code == 409
    assert "held" in second.json()["detail"]


def test_result_from_langgraphs_cache_is_a_row_of_its_own_step(client: TestClient) -> None:
    body = {"number": 4}
    first, second = (invoke(client, "remembers", input=body).json() for _ in range(2))

    assert first["output"] == second["output"]
    assert [row["status"] for row in first["report"]["branches"]] == ["ok", "ok"]
    report = second["report"]
    assert [row["status"] for row in report["branches"]] == ["cached", "cached"]
    assert [row["kind"] for row in report["branches"]] == ["node", "node"]
    assert report["critical_path"] == ["double", "again"]
    assert report["speedup"] == 1.0


def test_failed_attempt_inside_a_branch_that_came_out_well_does_not_degrade(
    client: TestClient,
) -> None:
    answer = invoke(client, "nested_flaky", input={"name": "n"}).json()

    rows = rows_of(answer["report"])
    assert answer["degraded"] is False
    assert (rows["inner"]["status"], rows["inner"]["attempts"]) == ("ok", 2)
    assert [rows[name]["status"] for name in ("inner/ask", "inner/ask#2")] == ["failed", "ok"]
