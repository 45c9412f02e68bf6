"""The branch report of real runs: times, usage, cost, and what is not known."""

import gc
import weakref
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.execution.graph_stream import text_writer
from app.graphs.shape import Shape
from app.main import create_app
from app.redaction import redactor
from app.report.recorder import Recorder
from app.runs.events import EventGate, EventLog
from app.setting_types import Price
from app.settings import Settings
from tests.app.execution.test_runner import events_of, rows_of
from tests.conftest import OWN_GRAPHS
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer

QUESTIONS, KEY_TERMS = "three questions for further reading", "three terms that a newcomer"
"""What only the prompts of these branches say."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The service over graphs that ask a model."""
    return settings.model_copy(update={"graphs_file": OWN_GRAPHS})


@pytest.fixture
def client(fresh_client: TestClient) -> TestClient:
    return fresh_client


@pytest.fixture
def priced_client(settings: Settings) -> Iterator[TestClient]:
    prices = {MODEL: Price(input=Decimal(1), output=Decimal(10))}
    with TestClient(create_app(settings.model_copy(update={"prices": prices}))) as client:
        yield client


def report_on(client: TestClient, topic: str = "tidal power") -> dict[str, Any]:
    response = client.post("/graphs/brief/invoke", json={"input": {"topic": topic}})
    report: dict[str, Any] = response.json()["report"]
    return report


def test_usage_is_counted_per_branch_and_adds_up(
    client: TestClient, model_server: ModelServer
) -> None:
    report = report_on(client)

    rows = rows_of(report)
    assert set(rows) == {"summary", "questions", "key_terms", "synthesize"}
    assert all(row["tokens"]["output"] > 0 for row in rows.values())
    for kind in ("input", "output"):
        assert report["tokens"][kind] == sum(row["tokens"][kind] for row in rows.values())


def test_cost_follows_the_price_table(priced_client: TestClient, model_server: ModelServer) -> None:
    report = report_on(priced_client)

    tokens = report["tokens"]
    assert report["cost_usd"] == pytest.approx((tokens["input"] + 10 * tokens["output"]) / 1e6)
    assert not any("price" in warning for warning in report["warnings"])


def test_unknown_price_is_null_with_a_warning(
    client: TestClient, model_server: ModelServer
) -> None:
    report = report_on(client)

    assert report["cost_usd"] is None
    assert [warning for warning in report["warnings"] if MODEL in warning and "PRICES" in warning]


def test_times_show_that_branches_ran_side_by_side(
    client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(delay=0.3))

    report = report_on(client)

    rows = rows_of(report)
    starts = [rows[name]["started_ms"] for name in ("summary", "questions", "key_terms")]
    ends = [rows[n]["started_ms"] + rows[n]["duration_ms"] for n in ("summary", "key_terms")]
    assert max(starts) < min(ends)
    assert rows["synthesize"]["started_ms"] >= max(ends)
    assert report["speedup"] > 1.2
    assert report["speedup"] == pytest.approx(report["sum_ms"] / report["wall_ms"], abs=0.01)
    assert report["critical_path"][-1] == "synthesize"
    assert len(report["critical_path"]) == 2


def test_attempts_after_a_429_are_counted(client: TestClient, model_server: ModelServer) -> None:
    model_server.answer(Answer(status=429, retry_after=0.1), prompt=QUESTIONS, times=1)

    rows = rows_of(report_on(client))

    assert rows["questions"]["attempts"] == 2
    assert rows["questions"]["status"] == "ok"
    assert rows["questions"]["duration_ms"] >= 100


def test_attempt_that_was_repeated_is_in_the_warnings_with_its_error(
    priced_client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(fault="cut"), prompt=QUESTIONS, times=1)

    report = report_on(priced_client)

    assert rows_of(report)["questions"]["attempts"] == 2
    [said] = [warning for warning in report["warnings"] if "attempt" in warning]
    assert said.startswith("questions: attempt 1 failed (OpenAIConnectionError: ")


def test_unknown_tokens_of_a_model_that_is_free_cost_nothing(
    settings: Settings, model_server: ModelServer
) -> None:
    model_server.answer(Answer(fault="cut"), prompt=QUESTIONS, times=1)
    free = {MODEL: Price(input=Decimal(0), output=Decimal(0))}

    with TestClient(create_app(settings.model_copy(update={"prices": free}))) as client:
        report = report_on(client)

    assert (report["cost_usd"], report["tokens"]) == (0, None)
    assert f"questions: the token usage of {MODEL} is unknown" in report["warnings"]


def test_unknown_tokens_of_a_model_with_a_price_cost_nobody_knows_what(
    priced_client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(fault="cut"), prompt=QUESTIONS, times=1)

    report = report_on(priced_client)

    assert (report["cost_usd"], report["tokens"]) == (None, None)


def test_broken_optional_branch_is_named_and_its_siblings_stand(
    client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(status=401), prompt=KEY_TERMS)

    response = client.post("/graphs/brief/invoke", json={"input": {"topic": "tides"}})

    answer = response.json()
    row = rows_of(answer["report"])["key_terms"]
    assert response.status_code == 200
    assert answer["degraded"] is True
    assert (row["status"], row["attempts"]) == ("failed", 1)
    assert row["error"]["type"] == "OpenAIAuthenticationError"
    assert "without key_terms" in answer["output"]["brief"]


def test_broken_required_branch_is_502_and_keeps_what_succeeded(
    client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(status=401), prompt=QUESTIONS)

    response = client.post("/graphs/brief/invoke", json={"input": {"topic": "tides"}})

    problem = response.json()
    assert response.status_code == 502
    assert problem["branch"] == "questions"
    assert rows_of(problem["report"])["summary"]["result"]["findings"]["summary"]
    assert "Traceback" not in response.text


def test_tokens_stream_per_branch_and_structured_output_never_does(
    client: TestClient, model_server: ModelServer
) -> None:
    response = client.post("/graphs/brief/stream", json={"input": {"topic": "tides"}})

    events = events_of(response)
    spoken: dict[str, str] = {}
    for name, data in events:
        if name == "token":
            spoken[data["branch"]] = spoken.get(data["branch"], "") + data["text"]
    summary = next(d for n, d in events if n == "branch_finished" and d["id"] == "summary")
    assert set(spoken) == {"summary", "synthesize"}
    assert spoken["summary"].strip() == summary["result"]["findings"]["summary"]
    assert summary["tokens"]["output"] > 0


def test_invoke_does_not_stream_the_model(client: TestClient, model_server: ModelServer) -> None:
    report_on(client)

    assert not any(call.body.get("stream") for call in model_server.calls)
    assert len(model_server.calls) == 4


def test_price_is_found_by_the_name_that_was_asked_for(
    priced_client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(model=f"{MODEL}-2026-04-14"))

    report = report_on(priced_client)

    assert report["cost_usd"] > 0
    assert not any("price" in warning for warning in report["warnings"])


def test_usage_of_a_call_that_was_cut_off_is_unknown(
    priced_client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(fault="hang_up"), prompt=KEY_TERMS)

    report = report_on(priced_client)

    row = rows_of(report)["key_terms"]
    assert (row["tokens"], row["cost_usd"]) == (None, None)
    assert report["tokens"] is None
    assert "key_terms: the token usage of" in report["warnings"][0]


def test_key_that_a_server_repeats_is_shown_nowhere(
    settings: Settings, model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-verysecret123"
    own = settings.model_copy(
        update={"openai_api_key": SecretStr(key), "openai_base_url": model_server.base_url}
    )
    model_server.answer(Answer(status=401, text=f"wrong key: {key}"), prompt=QUESTIONS)

    with TestClient(create_app(own.model_copy(update={"model": MODEL}))) as client:
        response = client.post("/graphs/brief/invoke", json={"input": {"topic": "tides"}})

    assert response.status_code == 502
    assert "***" in response.text
    assert key not in response.text
    assert all(key not in str(vars(record)) for record in caplog.records)


@pytest.mark.anyio
async def test_tokens_past_a_bound_are_not_kept_and_the_report_says_so() -> None:
    log = EventLog()
    gate = EventGate(log, holds=False)
    recorder = Recorder(Shape({}, [], []), {}, redactor(), gate.append)
    write = text_writer(log, recorder)

    for _ in range(5):
        write("token", "talker:1", "x" * 1024 * 1024, uuid4())
    log.close()

    report = recorder.close(has_ended=True)
    assert sum(event.type == "token" for event in log._events) == 4
    assert "were not streamed" in report["warnings"][0]


def test_a_join_that_too_few_reached_is_named_not_one_of_its_optional_branches(
    client: TestClient, model_server: ModelServer
) -> None:
    model_server.answer(Answer(status=401))

    response = client.post("/graphs/first_answer/invoke", json={"input": {"prompt": "Why tides?"}})

    problem = response.json()
    assert response.status_code == 502
    assert (problem["branch"], problem["error_type"]) == ("finish", "QuorumNotMet")
    assert problem["detail"].count("scripted 401") == 2


def test_a_recorder_is_freed_with_its_run_and_leaves_nothing_to_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        recorder = Recorder(Shape({}, [], []), {}, redactor([]), lambda *_: None)
        recorder.schedule("node:1")
        recorder.close(has_ended=True)
        freed = weakref.ref(recorder)
        del recorder

        assert freed() is None
    finally:
        gc.enable()
