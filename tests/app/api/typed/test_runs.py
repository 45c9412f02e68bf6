"""A run by its id: read, report, follow, cancel, resume, retry."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.app.at_work import assert_begins, assert_ends, holding
from tests.app.execution.test_runner import events_of, invoke
from tests.live_server import PATIENCE_SECONDS, LiveServer


@pytest.fixture
def caller(live_server: LiveServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=live_server.url, timeout=PATIENCE_SECONDS) as caller:
        yield caller


def create(client: httpx2.Client, graph_id: str, **body: Any) -> str:
    created = client.post(f"/graphs/{graph_id}/runs", json={"input": {}, **body})
    run_id: str = created.json()["run_id"]
    return run_id


def follow(client: TestClient, run_id: str, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
    return events_of(client.get(f"/runs/{run_id}/stream", headers={"Last-Event-ID": str(after)}))


def test_finished_run_can_be_read_with_its_report(client: TestClient) -> None:
    answer = invoke(client, "scripted").json()

    run = client.get(f"/runs/{answer['run_id']}").json()

    assert run["status"] == "success"
    assert run["output"] == answer["output"]
    assert run["graph_id"] == "scripted"
    assert client.get(f"/runs/{answer['run_id']}/report").json() == answer["report"]


def test_run_shows_what_was_requested_and_when_it_ran(client: TestClient) -> None:
    sent = {"input": {"answer": "none"}, "context": {"tone": "dry"}}
    answer = client.post("/graphs/tuned/invoke", json=sent).json()

    run = client.get(f"/runs/{answer['run_id']}").json()

    assert (run["input"], run["context"]) == (sent["input"], sent["context"])
    moments = [
        datetime.fromisoformat(run[f"{name}_at"]) for name in ("created", "started", "ended")
    ]
    assert moments == sorted(moments)
    assert run["wall_ms"] == answer["report"]["wall_ms"]
    took = (moments[2] - moments[1]).total_seconds() * 1000
    assert run["wall_ms"] <= took + 0.1


def test_run_at_work_shows_its_request_and_when_it_started(client: TestClient) -> None:
    with holding("waiting:must") as release:
        run_id = create(client, "scripted", input={"name": "waiting"})
        assert_begins("waiting:must")
        run = client.get(f"/runs/{run_id}").json()
        release()

    assert run["input"]["name"] == "waiting"
    assert run["started_at"] >= run["created_at"]
    assert (run["ended_at"], run["wall_ms"]) == (None, None)


def test_failed_run_shows_its_problem(client: TestClient) -> None:
    problem = invoke(client, "scripted", input={"must": "fail"}).json()

    run = client.get(f"/runs/{problem['run_id']}").json()

    assert run["status"] == "error"
    assert run["error"]["branch"] == "must"
    assert client.get(f"/runs/{problem['run_id']}/report").status_code == 200


def test_unknown_run_is_404(client: TestClient) -> None:
    for method, path in (("GET", ""), ("GET", "/report"), ("GET", "/stream"), ("POST", "/cancel")):
        assert client.request(method, f"/runs/nope{path}").status_code == 404


def test_what_no_database_takes_is_422(client: TestClient) -> None:
    run_id = create(client, "scripted")
    endless = {"input": {}, "deadline_ms": int("9" * 401)}

    for refused in (
        client.get("/runs/a%00b"),
        client.get(f"/runs/{run_id}/stream", headers={"Last-Event-ID": str(2**31)}),
        client.post("/graphs/scripted/invoke", json=endless),
        client.post("/threads/search", json={"metadata": {"graph_id": "a\x00b"}}),
    ):
        assert refused.status_code == 422


def test_report_of_a_run_at_work_is_409(client: TestClient) -> None:
    run_id = create(client, "scripted", input={"may": "stall"})

    assert client.get(f"/runs/{run_id}/report").status_code == 409


def test_rejoining_from_any_point_gives_the_same_events_to_the_end(client: TestClient) -> None:
    run_id = create(client, "scripted", input={"may": "fail"})

    whole = follow(client, run_id)

    assert whole[-1][0] == "end"
    for after in range(len(whole) + 1):
        assert follow(client, run_id, after) == whole[after:]


def test_rejoining_a_run_at_work_misses_and_repeats_nothing(caller: httpx2.Client) -> None:
    seen: list[int] = []

    with holding("rejoined:must") as let_go:
        run_id = create(caller, "scripted", input={"name": "rejoined"})
        with caller.stream("GET", f"/runs/{run_id}/stream") as response:
            for line in response.iter_lines():
                if line.startswith("id: "):
                    seen.append(int(line[4:]))
                if len(seen) == 2:
                    break
        last = {"Last-Event-ID": str(seen[-1])}
        with caller.stream("GET", f"/runs/{run_id}/stream", headers=last) as response:
            lines = response.iter_lines()
            rest = [next(lines)]
            let_go()
            rest += lines

    seen += [int(line[4:]) for line in rest if line.startswith("id: ")]
    assert seen == list(range(1, len(seen) + 1))
    end = "\n".join(rest).rpartition("event: end\ndata: ")[2].splitlines()[0]
    assert json.loads(end)["status"] == "success"


def test_cancelled_run_ends_every_branch_and_says_so(client: TestClient) -> None:
    run_id = create(client, "scripted", input={"may": "stall", "name": "doomed"})
    assert_begins("doomed:may")

    run = client.post(f"/runs/{run_id}/cancel").json()

    assert_ends("doomed:may")
    assert run["status"] == "cancelled"
    assert follow(client, run_id)[-1][1]["status"] == "cancelled"
    assert client.post(f"/runs/{run_id}/cancel").json() == run


def test_follower_that_leaves_does_not_end_the_run(
    live_server: LiveServer, caller: httpx2.Client
) -> None:
    with holding("followed:must"):
        run_id = create(caller, "scripted", input={"name": "followed"})
        with caller.stream("GET", f"/runs/{run_id}/stream") as response:
            next(response.iter_lines())
        live_server.wait_for_requests(0)  # it is seen that the follower has left

    assert "success" in caller.get(f"/runs/{run_id}/stream").text.splitlines()[-3]


def test_run_shows_its_deadline_as_it_was_sent_and_its_retry_has_none(client: TestClient) -> None:
    answer = invoke(client, "scripted", input={"may": "fail"}, deadline_ms=40_001).json()
    again = client.post(f"/runs/{answer['run_id']}/retry?wait=true").json()

    shown = [client.get(f"/runs/{one['run_id']}").json()["deadline_ms"] for one in (answer, again)]

    assert shown == [40_001, None]


def test_stream_says_the_clock_by_which_the_run_started(client: TestClient) -> None:
    run_id = invoke(client, "scripted").json()["run_id"]

    stream = client.get(f"/runs/{run_id}/stream")

    started, ended = (
        datetime.fromisoformat(client.get(f"/runs/{run_id}").json()[f"{name}_at"])
        for name in ("started", "ended")
    )
    assert started <= ended <= datetime.fromisoformat(stream.headers["Fanjoin-Now"])


class TestRetry:
    def test_retry_without_waiting_answers_at_once(self, client: TestClient) -> None:
        failed = invoke(client, "flaky", input={"name": "followed"}).json()

        again = client.post(f"/runs/{failed['run_id']}/retry")

        assert again.status_code == 202
        assert follow(client, again.json()["run_id"])[-1][1]["status"] == "success"

    def test_nothing_to_retry_is_409(self, client: TestClient) -> None:
        succeeded = invoke(client, "scripted").json()["run_id"]
        working = create(client, "scripted", input={"may": "stall"})
        asking = invoke(client, "asks").json()["run_id"]

        for run_id, reason in ((succeeded, "succeeded"), (working, "still"), (asking, "resume")):
            refused = client.post(f"/runs/{run_id}/retry")
            assert refused.status_code == 409
            assert reason in refused.json()["detail"]

    def test_graph_without_the_kit_goes_on_from_its_checkpoint_or_is_409(
        self, client: TestClient
    ) -> None:
        on_thread = invoke(client, "plain_flaky", input={"name": "kept"}, thread_id="t").json()
        lost = invoke(client, "plain_flaky", input={"name": "lost"}).json()

        again = client.post(f"/runs/{on_thread['run_id']}/retry?wait=true")

        assert again.json()["output"] == {"answer": "steady 1, flaky 2"}
        assert client.post(f"/runs/{lost['run_id']}/retry").status_code == 409


class TestRetryOfARunThatNeverBegan:
    """It left no checkpoint to continue from: its request is repeated."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"max_concurrent_runs": 1})

    @pytest.fixture
    def client(self, fresh_client: TestClient) -> TestClient:
        return fresh_client

    def test_retry_runs_the_input_and_not_what_the_thread_holds(self, client: TestClient) -> None:
        assert invoke(client, "tally", thread_id="t").json()["output"] == {"count": 1}
        held = create(client, "scripted", input={"may": "stall"})
        waiting = create(client, "tally", thread_id="t")
        cancelled = client.post(f"/runs/{waiting}/cancel").json()
        client.post(f"/runs/{held}/cancel")

        again = client.post(f"/runs/{waiting}/retry?wait=true")

        assert cancelled["status"] == "cancelled"
        assert again.json()["output"] == {"count": 2}


class TestResume:
    def test_answer_goes_on_from_the_question(self, client: TestClient) -> None:
        asking = invoke(client, "asks", thread_id="t").json()

        answer = client.post(f"/runs/{asking['run_id']}/resume?wait=true", json={"resume": "yes!"})

        assert answer.status_code == 200
        assert answer.json()["output"]["answer"] == "{'sure': 'yes', 'unsure': 'yes!'}"
        read = client.get(f"/runs/{answer.json()['run_id']}").json()
        assert (read["resume_of"], read["thread_id"]) == (asking["run_id"], "t")

    def test_answer_may_name_its_question(self, client: TestClient) -> None:
        asking = invoke(client, "asks", thread_id="t").json()
        named = {"resume": {asking["interrupts"][0]["id"]: "named"}}

        answer = client.post(f"/runs/{asking['run_id']}/resume?wait=true", json=named)

        assert "named" in answer.json()["output"]["answer"]

    def test_answer_must_fit_the_schema_beside_its_question(self, client: TestClient) -> None:
        schema = {"type": "object", "properties": {"sure": {"enum": ["yes", "no"]}}}
        asking = invoke(client, "asks", input={"more": {"schema": schema}}, thread_id="t").json()
        address, [question] = f"/runs/{asking['run_id']}/resume?wait=true", asking["interrupts"]

        def resume(answer: Any) -> httpx2.Response:
            return client.post(address, json={"resume": answer})

        refused, by_id = resume({"sure": "perhaps"}), resume({question["id"]: "yes"})
        accepted = resume({question["id"]: {"sure": "yes"}})

        assert question["schema"] == schema
        assert (refused.status_code, by_id.status_code) == (422, 422)
        assert refused.json()["errors"] == [
            {
                "place": "resume.sure",
                "message": "Input should be 'yes' or 'no'",
                "given": "'perhaps'",
            }
        ]
        assert by_id.json()["errors"][0]["place"] == f"resume.{question['id']}"
        assert accepted.status_code == 200

    def test_schema_that_is_none_is_named_in_the_report_and_checks_nothing(
        self, client: TestClient
    ) -> None:
        more = {"schema": {"type": "text"}}
        asking = invoke(client, "asks", input={"more": more}, thread_id="t").json()

        answer = client.post(f"/runs/{asking['run_id']}/resume?wait=true", json={"resume": 1})

        assert asking["interrupts"][0]["schema"] is None
        assert "schema.type names no type" in asking["report"]["warnings"][0]
        assert answer.status_code == 200

    def test_run_that_asks_nothing_or_was_on_no_thread_is_409(self, client: TestClient) -> None:
        done = invoke(client, "scripted").json()["run_id"]
        stateless = invoke(client, "asks").json()["run_id"]

        for run_id, reason in ((done, "waits for no answer"), (stateless, "thread_id")):
            refused = client.post(f"/runs/{run_id}/resume", json={"resume": 1})
            assert refused.status_code == 409
            assert reason in refused.json()["detail"]

    def test_run_whose_thread_has_moved_on_is_409(self, client: TestClient) -> None:
        asking = invoke(client, "asks", thread_id="t").json()["run_id"]
        invoke(client, "asks", thread_id="t")

        refused = client.post(f"/runs/{asking}/resume", json={"resume": "late"})

        assert refused.status_code == 409
        assert "moved on" in refused.json()["detail"]


class TestForks:
    """The whole of forking is in test_forks; here is what a body may say."""

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"input": None}, "input"),
            ({"input": None, "thread_id": "t"}, "input"),
            ({"input": None, "thread_id": "t", "checkpoint": {"checkpoint_id": None}}, "input"),
            ({"input": {}, "checkpoint_id": "c"}, "body"),
            ({"thread_id": "t", "checkpoint_id": "c"}, "input"),
            (
                {"input": {}, "thread_id": "t", "checkpoint": {"thread_id": "u"}},
                "checkpoint",
            ),
        ],
    )
    def test_fork_from_nowhere_is_422(
        self, client: TestClient, body: dict[str, Any], place: str
    ) -> None:
        refused = client.post("/graphs/scripted/invoke", json=body)

        assert refused.status_code == 422
        assert refused.json()["errors"][0]["place"] == place

    def test_fork_from_an_unknown_checkpoint_is_404_and_leaves_the_thread_free(
        self, client: TestClient
    ) -> None:
        invoke(client, "tally", thread_id="t")

        refused = invoke(client, "tally", thread_id="t", checkpoint_id="no-such")

        assert refused.status_code == 404
        assert "no-such" in refused.json()["detail"]
        assert invoke(client, "tally", thread_id="t").json()["output"] == {"count": 2}
