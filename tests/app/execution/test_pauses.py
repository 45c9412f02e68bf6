"""Runs that pause, at breakpoints and questions anywhere in a graph, and how each goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.runs.request import RunRequest
from app.service import open_service
from app.settings import Settings
from tests.app.service_at_hand import ended, start

REGISTRY = Path(__file__).parents[1] / "pausing_graphs" / "langgraph.json"


def settings_in(data_dir: Path) -> Settings:
    return Settings(
        _env_file=None,
        graphs_file=REGISTRY,
        data_dir=data_dir,
        local_model="off",
        allowed_hosts=("testserver",),
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all; each test has a thread of its own."""
    with TestClient(create_app(settings_in(tmp_path_factory.mktemp("data")))) as client:
        yield client


@pytest.fixture
def thread_id(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def invoke(
    client: TestClient, graph_id: str, thread_id: str | None = None, **body: Any
) -> httpx2.Response:
    on = {} if thread_id is None else {"thread_id": thread_id}
    sent = {"input": {"topic": "tides"}, **on, **body}
    return client.post(f"/graphs/{graph_id}/invoke", json=sent)


def resume(client: TestClient, run: dict[str, Any], answer: Any = None) -> httpx2.Response:
    return client.post(f"/runs/{run['run_id']}/resume?wait=true", json={"resume": answer})


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["status"] for row in run["report"]["branches"]}


def edit(client: TestClient, thread_id: str, **body: Any) -> None:
    assert client.post(f"/threads/{thread_id}/state", json=body).status_code == 200


BREAKPOINTS = {
    "before": (["publish"], ["first", "second", "publish"]),
    "after": (["publish"], ["first", "second", "publish"]),
    "nested": (["inner"], ["first", "second", "second", "publish"]),
    "nested_twice": (["outer"], ["first", "second", "publish", "second", "publish"]),
}
"""Which nodes come next at the one breakpoint of a graph, and what it notes in the end."""


@pytest.mark.parametrize("graph_id", BREAKPOINTS)
def test_breakpoint_is_202_that_names_what_comes_next_and_is_resumed_with_null(
    client: TestClient, thread_id: str, graph_id: str
) -> None:
    nodes, notes = BREAKPOINTS[graph_id]

    answer = invoke(client, graph_id, thread_id)
    paused = answer.json()
    thread = client.get(f"/threads/{thread_id}").json()
    state = client.get(f"/threads/{thread_id}/state").json()
    done = resume(client, paused)

    assert answer.status_code == 202
    assert (paused["status"], paused["output"], paused["interrupts"]) == ("interrupted", None, [])
    assert paused["next"] == nodes
    assert paused["report"]["warnings"] == []
    assert (thread["status"], thread["interrupts"], state["next"]) == ("interrupted", {}, nodes)
    assert done.status_code == 200
    assert sorted(done.json()["output"]["notes"]) == sorted(notes)
    assert done.json()["next"] == []
    assert client.get(f"/threads/{thread_id}").json()["status"] == "idle"


def test_sub_graph_at_a_breakpoint_has_not_finished(client: TestClient, thread_id: str) -> None:
    paused = invoke(client, "nested", thread_id).json()

    assert statuses(paused) == {"inner": "interrupted", "second": "ok", "inner/first": "ok"}


@pytest.mark.parametrize(
    ("graph_id", "pauses"), [("everywhere", ["first", "second"]), ("after_all", ["second"])]
)
def test_breakpoints_at_every_node_are_passed_one_by_one(
    client: TestClient, thread_id: str, graph_id: str, pauses: list[str]
) -> None:
    run, seen = invoke(client, graph_id, thread_id), []
    while run.status_code == 202:
        seen += run.json()["next"]
        run = resume(client, run.json())

    assert seen == pauses
    assert run.json()["output"]["notes"] == ["first", "second"]


def test_items_that_pause_go_on_together(client: TestClient, thread_id: str) -> None:
    paused = invoke(client, "items", thread_id).json()

    assert paused["next"] == ["each"]
    rows = paused["report"]["branches"]
    assert [row["status"] for row in rows if row["name"].startswith("each[")] == ["interrupted"] * 3
    assert resume(client, paused).json()["output"]["notes"] == ["first", "second"] * 3 + ["publish"]


def test_breakpoint_takes_no_answer(client: TestClient, thread_id: str) -> None:
    paused = invoke(client, "before", thread_id).json()

    refused = resume(client, paused, True)

    assert refused.status_code == 422
    assert "null" in refused.json()["detail"]
    assert "publish" in refused.json()["detail"]
    assert resume(client, paused).status_code == 200
    assert resume(client, paused).status_code == 409


@pytest.mark.parametrize("graph_id", ["before", "nested"])
def test_breakpoint_on_no_thread_is_refused_with_the_remedy(
    client: TestClient, graph_id: str
) -> None:
    refused = invoke(client, graph_id)
    batch = client.post(f"/graphs/{graph_id}/batch", json={"inputs": [{"topic": "tides"}]}).json()

    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:fanjoin:needs-thread"
    assert "start it with a thread_id" in refused.json()["detail"]
    assert "interrupt_before" in refused.json()["detail"]
    assert refused.json()["report"]["warnings"] == []
    (item,) = batch["results"]
    assert (item["status"], item["error"]["status"]) == ("error", 422)


def test_breakpoint_that_is_not_reached_needs_no_thread(client: TestClient) -> None:
    assert invoke(client, "rarely").json()["output"]["notes"] == ["first"]
    assert invoke(client, "rarely", input={"topic": "public"}).status_code == 422


def test_breakpoint_after_the_last_node_pauses_nothing(client: TestClient, thread_id: str) -> None:
    alone = invoke(client, "after_last")
    on_thread = invoke(client, "after_last", thread_id)
    run_id = client.post("/graphs/after_last/runs", json={"input": {}}).json()["run_id"]
    client.get(f"/runs/{run_id}/stream")
    in_background = client.get(f"/runs/{run_id}").json()
    refused = invoke(client, "after_all")

    assert alone.status_code == on_thread.status_code == 200
    for done in (alone.json(), on_thread.json(), in_background):
        assert (done["status"], done["next"]) == ("success", [])
        assert done["output"]["notes"] == ["first", "second"]
    assert refused.status_code == 422


def test_question_and_breakpoint_of_one_step_are_passed_by_the_answer(
    client: TestClient, thread_id: str
) -> None:
    paused = invoke(client, "asks_beside_inner", thread_id).json()
    done = resume(client, paused, "yes").json()

    assert [question["branch"] for question in paused["interrupts"]] == ["ask"]
    assert sorted(paused["next"]) == ["ask", "inner"]
    assert "asked: yes" in done["output"]["notes"]
    assert done["output"]["notes"][-1] == "publish"


def test_question_behind_a_breakpoint_is_asked_after_it(client: TestClient, thread_id: str) -> None:
    paused = invoke(client, "asks_at_breakpoint", thread_id).json()
    asking = resume(client, paused).json()
    done = resume(client, asking, "yes").json()

    assert (paused["interrupts"], paused["next"]) == ([], ["ask"])
    assert [question["value"] for question in asking["interrupts"]] == ["may I?"]
    assert done["output"]["notes"] == ["first", "asked: yes"]


def test_siblings_of_a_question_finish_and_no_join_is_missed(
    client: TestClient, thread_id: str
) -> None:
    paused = invoke(client, "asks_beside", thread_id).json()

    assert paused["next"] == ["ask"]
    assert paused["report"]["warnings"] == []
    assert statuses(paused) == {"ask": "interrupted", "second": "ok"}


def test_questions_of_items_are_answered_by_id_in_any_order(
    client: TestClient, thread_id: str
) -> None:
    run = invoke(client, "items_ask", thread_id).json()
    for topic in "yx":
        (question,) = (one for one in run["interrupts"] if one["value"] == topic)
        run = resume(client, run, {question["id"]: topic.upper()}).json()
    done = resume(client, run, "Z").json()

    assert done["output"]["notes"] == ["x: X", "y: Y", "z: Z", "publish"]


def test_question_on_no_thread_is_shown_and_cannot_be_resumed(client: TestClient) -> None:
    asking = invoke(client, "asks")
    batch = client.post("/graphs/asks/batch", json={"inputs": [{"topic": "tides"}]}).json()
    refused = resume(client, asking.json(), "yes")

    assert asking.status_code == 202
    assert asking.json()["next"] == ["ask"]
    [warning] = asking.json()["report"]["warnings"]
    assert "the question of this run cannot be answered" in warning
    assert "thread_id" in warning
    assert [item["status"] for item in batch["results"]] == ["interrupted"]
    assert refused.status_code == 409
    assert "thread_id" in refused.json()["detail"]


def test_paused_run_is_neither_cancelled_nor_retried_nor_deleted(
    client: TestClient, thread_id: str
) -> None:
    run_id = invoke(client, "before", thread_id).json()["run_id"]

    assert client.post(f"/runs/{run_id}/cancel").json()["status"] == "interrupted"
    assert client.post(f"/runs/{run_id}/retry").status_code == 409
    assert client.delete(f"/runs/{run_id}").status_code == 409
    assert client.post(f"/runs/{run_id}/resume?wait=true", json={"resume": None}).status_code == 200


def test_background_run_pauses_and_is_followed_to_its_pause(
    client: TestClient, thread_id: str
) -> None:
    body = {"input": {"topic": "tides"}, "thread_id": thread_id}
    run_id = client.post("/graphs/before/runs", json=body).json()["run_id"]
    events = client.get(f"/runs/{run_id}/stream").text
    run = client.get(f"/runs/{run_id}").json()

    assert '"status":"interrupted"' in events
    assert '"next":["publish"]' in events
    assert (run["status"], run["next"]) == ("interrupted", ["publish"])
    assert resume(client, run).json()["output"]["notes"][-1] == "publish"


@pytest.mark.parametrize(
    ("change", "answer", "notes"),
    [
        ({"values": {"topic": "edited"}}, "yes", ["asked: yes", "second"]),
        ({"values": {"notes": ["edited"]}, "as_node": "ask"}, None, ["edited", "second"]),
        ({"values": {"notes": ["n"]}, "as_node": "__start__"}, "yes", ["asked: yes", "second"]),
    ],
)
def test_thread_edited_during_a_question_goes_on(
    client: TestClient, thread_id: str, change: Any, answer: Any, notes: list[str]
) -> None:
    thread_id = thread_id.replace("/", "-")[:200]
    asking = invoke(client, "asks", thread_id).json()

    edit(client, thread_id, **change)
    status = client.get(f"/threads/{thread_id}").json()["status"]
    done = resume(client, asking, answer)

    assert status == "interrupted"
    assert done.status_code == 200
    assert done.json()["output"]["notes"][-2:] == notes


def test_answer_by_the_id_of_before_an_edit_is_for_the_same_question(
    client: TestClient, thread_id: str
) -> None:
    asking = invoke(client, "asks", thread_id).json()
    edit(client, thread_id, values={"topic": "edited"})

    done = resume(client, asking, {asking["interrupts"][0]["id"]: "yes"})

    assert done.json()["output"]["notes"] == ["asked: yes", "second"]


def test_question_that_an_edit_answered_takes_no_answer(client: TestClient, thread_id: str) -> None:
    asking = invoke(client, "asks", thread_id).json()
    edit(client, thread_id, values={"notes": ["edited"]}, as_node="ask")

    refused = resume(client, asking, "late")

    assert refused.status_code == 422
    assert "send null to continue with second" in refused.json()["detail"]


def test_run_that_an_edit_took_to_the_end_cannot_be_resumed(
    client: TestClient, thread_id: str
) -> None:
    asking = invoke(client, "asks", thread_id).json()
    edit(client, thread_id, values={"notes": ["edited"]}, as_node="second")

    assert client.get(f"/threads/{thread_id}").json()["status"] == "idle"
    assert resume(client, asking, "late").status_code == 409
    assert resume(client, asking).status_code == 409


def test_thread_edited_at_a_breakpoint_goes_on(client: TestClient, thread_id: str) -> None:
    paused = invoke(client, "before", thread_id).json()
    edit(client, thread_id, values={"topic": "edited"}, as_node="second")

    done = resume(client, paused)

    assert done.json()["output"]["topic"] == "edited"


def test_null_continues_a_thread_where_it_stands(client: TestClient, thread_id: str) -> None:
    invoke(client, "before", thread_id)

    done = invoke(client, "before", thread_id, input=None)
    again = invoke(client, "before", thread_id, input=None)
    fresh = invoke(client, "before", f"{thread_id}-new", input=None)
    alone = invoke(client, "before", input=None)

    assert done.json()["output"]["notes"][-1] == "publish"
    assert again.status_code == fresh.status_code == alone.status_code == 422
    assert "nothing to continue" in again.json()["detail"]
    assert "nothing to continue" in fresh.json()["detail"]
    assert "thread_id" in alone.json()["detail"]


@pytest.mark.parametrize("graph_id", ["own_saver", "saver_within", "saver_called"])
def test_graph_with_a_checkpointer_of_its_own_runs_on_no_thread_and_on_the_services(
    client: TestClient, thread_id: str, graph_id: str
) -> None:
    alone = invoke(client, graph_id)
    on_thread = invoke(client, graph_id, thread_id)
    stored = client.get(f"/threads/{thread_id}/state").json()

    assert alone.status_code == on_thread.status_code == 200
    assert alone.json()["output"] == on_thread.json()["output"] == stored["values"]


def test_question_of_a_graph_with_its_own_checkpointer_is_on_the_services_thread(
    client: TestClient, thread_id: str
) -> None:
    asking = invoke(client, "own_saver_asks", thread_id).json()

    assert resume(client, asking, "yes").json()["output"]["notes"] == ["asked: yes", "second"]
    assert invoke(client, "own_saver_asks").status_code == 202


def test_breakpoint_of_before_a_restart_is_resumed(tmp_path: Path) -> None:
    with TestClient(create_app(settings_in(tmp_path))) as client:
        paused = invoke(client, "before", "t").json()

    with TestClient(create_app(settings_in(tmp_path))) as client:
        read = client.get(f"/runs/{paused['run_id']}").json()
        done = resume(client, read)

    assert (read["status"], read["next"]) == ("interrupted", ["publish"])
    assert done.json()["output"]["notes"][-1] == "publish"


@pytest.mark.anyio
@pytest.mark.parametrize("graph_id", ["before", "after", "nested", "nested_twice"])
async def test_recovery_does_not_step_over_a_breakpoint_that_nobody_passed(
    tmp_path: Path, graph_id: str
) -> None:
    settings = settings_in(tmp_path)
    request = RunRequest({"topic": "tides"}, thread_id="t", is_background=True)
    async with open_service(settings) as service:
        paused = (await (await start(service, graph_id, request)).wait()).id
    forget_end(settings, paused)

    async with open_service(settings) as service:
        recovered = await ended(service, paused)
        goes_on = RunRequest(None, thread_id="t", is_background=True, resume_of=paused)
        resumed = (await (await start(service, graph_id, goes_on)).wait()).id
    forget_end(settings, resumed)
    async with open_service(settings) as service:
        done = await ended(service, resumed)

    assert (recovered.attempt, recovered.status) == (2, "interrupted")
    assert recovered.next == BREAKPOINTS[graph_id][0]
    assert (done.attempt, done.status) == (2, "success")


def forget_end(settings: Settings, run_id: str) -> None:
    """Leave a run as a process does that was killed just before it stored the end."""
    with closing(sqlite3.connect(settings.data_dir / "fanjoin.db")) as connection, connection:
        connection.execute(
            "UPDATE runs SET status = 'running', ended_at = NULL, interrupts = NULL WHERE id = ?",
            [run_id],
        )
        connection.execute("UPDATE threads SET status = 'busy'")
