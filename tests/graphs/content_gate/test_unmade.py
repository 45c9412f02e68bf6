"""Content gate when a check cannot be made: nothing is passed unchecked, whichever it is."""

import asyncio

import pytest
from langgraph.graph import StateGraph

from graphs.content_gate.graph import (
    GateContext,
    Input,
    Output,
    State,
    content,
    database,
    decide,
    format_,
    graph,
    rejects_at_once,
)
from graphs.kit import Branch, add_fan_out, decided
from tests.graphs.content_gate.submissions_at_hand import (
    DATABASE_FAULT,
    DATABASE_SETTING,
    NOWHERE,
    REFUSED,
    request_body,
    results,
    run,
    verdict,
)
from tests.model_answers import NEVER, Answer
from tests.model_server import ModelServer
from tests.still_time import run_in_still_time

JUDGE = "You moderate a website"


def test_a_database_that_is_away_leaves_it_undecided(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.answer(verdict())
    monkeypatch.setenv(DATABASE_SETTING, NOWHERE)

    output = run()

    assert output.decision == "undecided"
    assert results(output) == {"format": "passed", "database": "not made", "content": "passed"}
    assert output.summary.startswith("Undecided: no fault, but not every check could")
    assert "database: not made (its source cannot be used)" in output.summary
    assert "s3cret" not in output.model_dump_json()


@pytest.mark.parametrize(
    ("broken", "reason", "calls"),
    [
        (REFUSED, "the model refused to answer", 1),
        (Answer(status=503, retry_after=0), "the model failed", 2),
        (Answer(text=""), "the model gave no usable answer", 2),
        (Answer(text="All is well."), "the model gave no usable answer", 4),
        (Answer(fault="malformed"), "the model gave no usable answer", 2),
        (Answer(text='{"about": "a', finish_reason="length"), "the model's answer was cut off", 2),
    ],
    ids=["refused", "down", "empty", "out of shape", "malformed", "cut off"],
)
def test_a_model_that_does_not_judge_leaves_it_undecided(
    broken: Answer, reason: str, calls: int, model_server: ModelServer
) -> None:
    model_server.answer(broken)

    output = run()

    assert output.decision == "undecided"
    assert results(output) == {"format": "passed", "database": "passed", "content": "not made"}
    assert reason in str(output.checks[2].why_not_made)
    assert len(model_server.calls) == calls


def test_a_format_check_that_breaks_leaves_it_undecided(model_server: ModelServer) -> None:
    model_server.answer(verdict())
    unchecked = request_body() | {"rules": {"title": "short"}}

    output = asyncio.run(graph.ainvoke(unchecked))

    assert output["decision"] == "undecided"
    assert output["checks"][0]["result"] == "not made"
    assert output["checks"][0]["why_not_made"] == "it failed"


def test_when_no_check_can_be_made_it_is_undecided(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.answer(REFUSED)
    monkeypatch.setenv(DATABASE_SETTING, NOWHERE)

    output = asyncio.run(graph.ainvoke(request_body() | {"rules": {"title": "short"}}))

    assert output["decision"] == "undecided"
    assert {check["result"] for check in output["checks"]} == {"not made"}


def test_what_one_check_rejects_is_rejected_though_another_could_not_be_made(
    model_server: ModelServer,
) -> None:
    model_server.answer(REFUSED)

    output = run(**DATABASE_FAULT)

    assert output.decision == "reject"
    assert results(output) == {
        "format": "passed",
        "database": "found faults",
        "content": "not made",
    }
    assert "content: not made (" in output.summary


def test_a_model_that_stalls_runs_into_its_timeout(model_server: ModelServer) -> None:
    model_server.answer(verdict(delay=NEVER))
    builder = StateGraph(State, GateContext, input_schema=Input, output_schema=Output)
    branches = [
        Branch(format_, name="format"),
        Branch(database),
        Branch(content, timeout=0.3),
    ]
    add_fan_out(builder, branches, join=decide, until=decided(by=rejects_at_once))

    output = run_in_still_time(
        builder.compile().ainvoke(request_body()), until=lambda: model_server.wait_for_calls(1)
    )

    model_server.wait_until_idle()
    assert output["decision"] == "undecided"
    assert output["checks"][2]["why_not_made"] == "it took too long"
    assert [call.client_left for call in model_server.calls] == [True]


def test_a_moderation_that_is_down_is_not_stood_in_for(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_MODERATION_MODEL", "mod-1")
    model_server.answer(Answer(status=500, retry_after=0))

    output = run()

    assert output.decision == "undecided"
    assert not model_server.calls_with(JUDGE)
    assert len(model_server.calls) == 2
