"""Content gate with `fail_fast`: the first fault ends the other checks, and nothing else does."""

import asyncio
from typing import Any

import pytest
from langgraph.graph import StateGraph

from graphs.content_gate.graph import Finding, GateContext, Input, State, content, rejects_at_once
from graphs.kit import Branch, add_fan_out, decided
from tests.graphs.content_gate.submissions_at_hand import (
    DATABASE_FAULT,
    DATABASE_SETTING,
    FORMAT_FAULT,
    NOWHERE,
    codes,
    request_body,
    results,
    run,
    verdict,
)
from tests.model_answers import NEVER
from tests.model_server import ModelServer

OTHERS = {"format", "database"}
"""The checks that no model makes."""


def test_fail_fast_ends_the_other_checks_and_their_calls(model_server: ModelServer) -> None:
    model_server.answer(verdict(delay=NEVER), may_be_unused=True)

    output = run(fail_fast=True, **DATABASE_FAULT)

    assert output.decision == "reject"
    assert codes(output) == [("database", "author_blocked")]
    assert output.checks[2].result == "not made"
    assert output.checks[2].why_not_made == "it was no longer needed"
    model_server.wait_until_idle()
    assert all(call.client_left for call in model_server.calls)


def test_fail_fast_ends_a_call_that_is_under_way(model_server: ModelServer) -> None:
    model_server.answer(verdict(delay=NEVER))

    async def database_that_waits_for_the_call(_: State) -> State:
        await asyncio.to_thread(model_server.wait_for_calls, 1)
        fault: Finding = {"reasons": [{"code": "late"}], "made_with": "a test"}
        return {"findings": {"database": fault}}

    asyncio.run(gate_of(Branch(database_that_waits_for_the_call, name="database"), Branch(content)))

    model_server.wait_until_idle()
    assert [call.client_left for call in model_server.calls] == [True]


async def gate_of(*branches: Branch) -> Any:
    async def end(_: State) -> State:
        return {}

    builder = StateGraph(State, GateContext, input_schema=Input)
    add_fan_out(builder, branches, join=end, until=decided(by=rejects_at_once))
    return await builder.compile().ainvoke(request_body(fail_fast=True))


def test_without_fail_fast_every_check_is_made(model_server: ModelServer) -> None:
    finished: set[str] = set()
    model_server.answer(verdict("violence", when=lambda _: finished >= OTHERS))

    output = run(finished=finished, **FORMAT_FAULT, **DATABASE_FAULT)

    assert {reason.check for reason in output.reasons} == {"format", "database", "content"}


def test_with_fail_fast_what_is_well_is_still_checked_in_every_way(
    model_server: ModelServer,
) -> None:
    finished: set[str] = set()
    model_server.answer(verdict(when=lambda _: finished >= OTHERS))

    output = run(fail_fast=True, finished=finished)

    assert output.decision == "accept"
    assert set(results(output).values()) == {"passed"}


def test_with_fail_fast_a_check_that_cannot_be_made_ends_no_other(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: set[str] = set()
    model_server.answer(verdict("hate", when=lambda _: finished >= OTHERS))
    monkeypatch.setenv(DATABASE_SETTING, NOWHERE)

    output = run(fail_fast=True, finished=finished)

    assert output.decision == "reject"
    assert codes(output) == [("content", "hate")]
