"""`?report=` on every route that answers with a report."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.execution.test_runner import events_of, invoke
from tests.conftest import SERVED_GRAPHS

FAILS = {"input": {"must": "fail"}}
DEGRADES = {"input": {"may": "fail"}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all: each test starts runs of its own."""
    settings = Settings(
        _env_file=None,
        graphs_file=SERVED_GRAPHS,
        data_dir=tmp_path_factory.mktemp("detail"),
        local_model="off",
        allowed_hosts=("testserver",),
    )
    with TestClient(create_app(settings)) as client:
        yield client


def post(client: TestClient, path: str, body: Any, **headers: str) -> httpx2.Response:
    return client.post(path, json=body, headers=headers)


def ids_of(report: dict[str, Any]) -> list[str]:
    return [row["id"] for row in report["branches"]]


def test_invoke_answers_in_the_detail_that_was_requested(shared: TestClient) -> None:
    path = "/graphs/scripted/invoke"

    full = post(shared, path, DEGRADES).json()["report"]
    summary = post(shared, f"{path}?report=summary", DEGRADES).json()["report"]
    none = post(shared, f"{path}?report=none", DEGRADES).json()

    assert set(ids_of(full)) == {"must", "may", "also", "combine"}
    assert ids_of(summary) == ["may"]
    assert summary.keys() == full.keys()
    assert none["report"] is None
    assert none["output"] is not None


def test_problem_of_a_failed_run_is_in_that_detail_too(shared: TestClient) -> None:
    path = "/graphs/scripted/invoke"

    summary = post(shared, f"{path}?report=summary", FAILS)
    none = post(shared, f"{path}?report=none", FAILS)

    assert (summary.status_code, none.status_code) == (502, 502)
    assert "must" in ids_of(summary.json()["report"])
    assert {row["status"] for row in summary.json()["report"]["branches"]} <= {"failed"}
    assert none.json()["report"] is None
    assert none.json()["branch"] == "must"


def test_batch_answers_each_result_in_that_detail(shared: TestClient) -> None:
    body = {"inputs": [DEGRADES["input"], FAILS["input"]]}

    results = {
        detail: post(shared, f"/graphs/scripted/batch?report={detail}", body).json()["results"]
        for detail in ("summary", "none")
    }

    assert [ids_of(one["report"])[:1] for one in results["summary"]] == [["may"], ["must"]]
    assert [one["report"] for one in results["none"]] == [None, None]


def test_stream_sends_the_report_in_that_detail_or_not_at_all(shared: TestClient) -> None:
    path = "/graphs/scripted/stream"

    summary = events_of(post(shared, f"{path}?report=summary", FAILS))
    none = events_of(post(shared, f"{path}?report=none", FAILS))

    assert [set(ids_of(data)) for name, data in summary if name == "report"] == [
        {"must", "combine"}
    ]
    assert set(ids_of(summary[-1][1]["error"]["report"])) == {"must", "combine"}
    assert "report" not in [name for name, _ in none]
    assert none[-1][1]["error"]["report"] is None
    assert "branch_finished" in [name for name, _ in none]


def test_stored_run_is_read_in_that_detail(shared: TestClient) -> None:
    run_id = invoke(shared, "scripted", **FAILS).json()["run_id"]

    def read(path: str, detail: str) -> Any:
        return shared.get(f"/runs/{run_id}{path}", params={"report": detail})

    assert set(ids_of(read("", "summary").json()["error"]["report"])) == {"must", "combine"}
    assert read("", "none").json()["error"]["report"] is None
    assert set(ids_of(read("/report", "summary").json())) == {"must", "combine"}
    assert read("/report", "none").json() is None
    assert set(ids_of(dict(events_of(read("/stream", "summary")))["report"])) == {"must", "combine"}
    assert "report" not in dict(events_of(read("/stream", "none")))


def test_retry_and_resume_answer_in_that_detail(shared: TestClient) -> None:
    failed = invoke(shared, "scripted", **FAILS).json()["run_id"]
    asking = invoke(shared, "asks", thread_id="detail").json()["run_id"]
    wait = {"wait": "true", "report": "none"}

    again = shared.post(f"/runs/{failed}/retry", params=wait)
    resumed = shared.post(f"/runs/{asking}/resume", params=wait, json={"resume": "yes"})

    assert (again.status_code, again.json()["report"]) == (502, None)
    assert (resumed.status_code, resumed.json()["report"]) == (200, None)


def test_another_detail_is_422_before_any_run_starts(shared: TestClient) -> None:
    run_id = invoke(shared, "scripted").json()["run_id"]
    before = len(shared.post("/runs/search", json={}).json())

    refused = [
        post(shared, "/graphs/scripted/invoke?report=brief", {"input": {}}),
        post(shared, "/graphs/scripted/invoke?report=", {"input": {}}),
        post(shared, "/graphs/scripted/stream?report=brief", {"input": {}}),
        post(shared, "/graphs/scripted/batch?report=brief", {"inputs": [{}]}),
        shared.get(f"/runs/{run_id}?report=brief"),
        shared.get(f"/runs/{run_id}/report?report=brief"),
        shared.get(f"/runs/{run_id}/stream?report=brief"),
        shared.post(f"/runs/{run_id}/cancel?report=brief"),
        shared.post(f"/runs/{run_id}/retry?report=brief"),
        shared.post(f"/runs/{run_id}/resume?report=brief", json={"resume": 1}),
    ]

    assert [one.status_code for one in refused] == [422] * len(refused)
    assert {one.json()["errors"][0]["place"] for one in refused} == {"query.report"}
    assert {one.json()["errors"][0]["message"] for one in refused} == {
        "Input should be 'full', 'summary' or 'none'"
    }
    assert len(shared.post("/runs/search", json={}).json()) == before


def test_same_key_may_be_repeated_for_another_detail(shared: TestClient) -> None:
    path, key = "/graphs/scripted/invoke", {"Idempotency-Key": "detail"}

    first = post(shared, path, DEGRADES, **key)
    again = post(shared, f"{path}?report=none", DEGRADES, **key)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == {**first.json(), "report": None}


def test_openapi_describes_it_on_each_of_these_routes(shared: TestClient) -> None:
    paths = shared.get("/openapi.json").json()["paths"]

    described = {
        path: parameter
        for path, methods in paths.items()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "report"
    }
    assert set(described) >= {
        *(f"/graphs/scripted/{action}" for action in ("invoke", "stream", "batch")),
        *(f"/runs/{{run_id}}{end}" for end in ("", "/report", "/stream", "/cancel")),
        *(f"/runs/{{run_id}}{end}" for end in ("/retry", "/resume")),
    }
    for parameter in described.values():
        schema = parameter["schema"]
        assert (schema["enum"], schema["default"]) == (["full", "summary", "none"], "full")
