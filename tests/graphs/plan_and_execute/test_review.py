"""Plan and execute: the answer, and a critic with bounds."""

import asyncio

import pytest

from tests.graphs.plan_and_execute.plans_at_hand import (
    CALCULATOR,
    CRITIC,
    EDITOR,
    PLANNER,
    REFUSED,
    doing,
    given,
    planned,
    rows,
    run,
    sent_back,
)
from tests.model_answers import Answer
from tests.model_server import ModelServer
from tests.plan_answers import task


def test_the_bare_results_are_the_answer_when_none_can_be_written(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(task("a"), task("b")), prompt=PLANNER)
    model_server.answer(Answer(text="A is done."), prompt=doing("a"))
    model_server.answer(Answer(text="B is done."), prompt=doing("b"))
    model_server.answer(REFUSED, prompt=EDITOR)

    output = asyncio.run(run())

    assert output.answer.startswith("a: A is done.\n\nb: B is done.\n\n(These are the bare results")
    assert "no answer could be written: the model refused to answer." in output.answer
    assert not model_server.calls_with(CRITIC)


def test_an_answer_without_its_critic_says_so(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a")), prompt=PLANNER)
    model_server.answer(Answer(text="It is reached."), prompt=EDITOR)
    model_server.answer(REFUSED, prompt=CRITIC)

    output = asyncio.run(run())

    assert output.answer.startswith("It is reached.\n\n(No critic has read this: ")
    assert output.revisions == 0


def test_what_the_critic_misses_is_one_more_task_and_another_answer(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(task("a"), task("b")), prompt=PLANNER)
    model_server.answer(Answer(text="A is done."), prompt=doing("a"))
    model_server.answer(sent_back("Say the price."), prompt=CRITIC)
    model_server.answer(Answer(text="It costs 5."), prompt="<task>Say the price.</task>")
    model_server.answer(Answer(text="No price."), prompt=EDITOR, times=1)
    model_server.answer(Answer(text="The price is 5."), prompt=EDITOR)

    output = asyncio.run(run())

    assert output.answer == "The price is 5."
    assert (output.revisions, output.waves) == (1, 2)
    assert rows(output)["revision_1"]["needs"] == ["a", "b"]
    (call,) = model_server.calls_with("<task>Say the price.</task>")
    assert "<result>a: A is done.</result>" in call.prompt
    assert "<result>revision_1: It costs 5.</result>" in model_server.calls[-1].prompt


def test_the_critics_task_may_use_a_tool(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a")), prompt=PLANNER)
    model_server.answer(sent_back("Add 2 and 3.", tool="calculate"), prompt=CRITIC)
    model_server.answer(given("2 + 3"), prompt=CALCULATOR)

    output = asyncio.run(run())

    assert rows(output)["revision_1"]["result"] == "5"


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_critic_that_is_never_content_is_heard_so_often_and_no_more(
    most: int, model_server: ModelServer
) -> None:
    model_server.answer(planned(task("a"), task("revision_1")), prompt=PLANNER)
    model_server.answer(sent_back(), prompt=CRITIC, may_be_unused=most == 0)

    output = asyncio.run(run(max_revisions=most))

    assert output.revisions == len(model_server.calls_with(CRITIC)) == most
    assert [row["id"] for row in output.tasks] == [
        "a",
        "revision_1",
        *(f"revision_{number + 2}" for number in range(most)),
    ]
    assert output.missing == []


def test_the_earlier_answer_stands_when_it_cannot_be_revised(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a")), prompt=PLANNER)
    model_server.answer(sent_back(), prompt=CRITIC)
    model_server.answer(Answer(text="As it was."), prompt=EDITOR, times=1)
    model_server.answer(REFUSED, prompt=EDITOR)

    output = asyncio.run(run())

    assert output.answer.startswith("As it was.\n\n(This is the answer as it was; it could not")
    assert output.revisions == 1
