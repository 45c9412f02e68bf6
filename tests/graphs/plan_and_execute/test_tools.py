"""Plan and execute: tasks that are done by a tool."""

import asyncio

import pytest

from graphs.adapters.documents.source import SAMPLES_NOTE
from tests.graphs.plan_and_execute.plans_at_hand import (
    CALCULATOR,
    PLANNER,
    SEARCHER,
    doing,
    given,
    planned,
    rows,
    run,
    statuses,
)
from tests.model_answers import Answer
from tests.model_server import ModelServer
from tests.plan_answers import task
from tests.source_server import SourceServer


def test_a_calculation_is_worded_by_the_model_and_done_by_the_tool(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(task("a"), task("sum", "a", tool="calculate")), prompt=PLANNER)
    model_server.answer(Answer(text="It takes 12 nights."), prompt=doing("a"))
    model_server.answer(given("12 * 85.50"), prompt=CALCULATOR)

    output = asyncio.run(run())

    (call,) = model_server.calls_with(CALCULATOR)
    assert "<result>a: It takes 12 nights.</result>" in call.prompt
    assert rows(output)["sum"]["result"] == "1026"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("two plus two", "'two plus two' is no arithmetic"),
        ("1 / 0", "'1 / 0' divides by zero"),
        ("9 ** 9 ** 9 ** 9", "beyond 10 to the power of 50"),
    ],
)
def test_a_tool_that_raises_fails_its_task_with_its_reason(
    expression: str, reason: str, model_server: ModelServer
) -> None:
    model_server.answer(planned(task("sum", tool="calculate"), task("other")), prompt=PLANNER)
    model_server.answer(given(expression), prompt=CALCULATOR)

    output = asyncio.run(run())

    assert statuses(output) == {"sum": ("failed", 1), "other": ("done", 1)}
    assert reason in output.missing[0].reason
    assert len(model_server.calls_with(CALCULATOR)) == 2


def test_a_search_of_the_documents_says_that_they_are_samples(model_server: ModelServer) -> None:
    model_server.answer(planned(task("look", tool="search_documents")), prompt=PLANNER)
    model_server.answer(given("tidal barrages"), prompt=SEARCHER)

    output = asyncio.run(run())

    assert "barrage" in (rows(output)["look"]["result"] or "").lower()
    assert SAMPLES_NOTE in output.answer


def test_a_search_of_wikipedia_has_its_result(
    model_server: ModelServer, source_server: SourceServer
) -> None:
    model_server.answer(planned(task("look", tool="search_wikipedia")), prompt=PLANNER)
    model_server.answer(given("tidal power"), prompt=SEARCHER)

    output = asyncio.run(run())

    assert statuses(output) == {"look": ("done", 1)}
    assert len(source_server.requests) == 1


def test_a_wikipedia_that_is_not_there_fails_its_task(model_server: ModelServer) -> None:
    plan = planned(task("look", tool="search_wikipedia"), task("other"))
    model_server.answer(plan, prompt=PLANNER)

    output = asyncio.run(run())

    assert [one.task for one in output.missing] == ["look"]
    assert "its source cannot be reached" in output.missing[0].reason
