"""Plan and execute against a real model server: plans, waves and broken tasks."""

import asyncio
import time
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import TypeAdapter

from graphs.kit import RequiredBranchFailed
from graphs.kit.model.contexts import ModelContext
from graphs.plan_and_execute.graph import NoTaskDone, Output, graph
from tests.graphs.plan_and_execute.plans_at_hand import (
    CHAIN,
    CRITIC,
    EDITOR,
    PLANNER,
    REFUSED,
    WORKER,
    doing,
    planned,
    rows,
    run,
    sent_back,
    statuses,
)
from tests.graphs.sending import sent
from tests.graphs.settling import run_watched
from tests.model_answers import NEVER, Answer, all_received
from tests.model_server import ModelServer
from tests.patience import wait_until
from tests.plan_answers import task
from tests.still_time import run_in_still_time


def test_tasks_run_wave_after_wave_and_the_answer_is_made_of_their_results(
    model_server: ModelServer,
) -> None:
    plan = planned(task("end", "left", "right"), task("left"), task("right"), task("far", "end"))
    model_server.answer(plan, prompt=PLANNER)
    model_server.answer(Answer(text="Left is done."), prompt=doing("left"))
    model_server.answer(Answer(text="It is reached."), prompt=EDITOR)

    output = asyncio.run(run())

    assert output.answer == "It is reached."
    assert {row["id"]: row["wave"] for row in output.tasks} == {
        "end": 2,
        "left": 1,
        "right": 1,
        "far": 3,
    }
    assert (output.waves, output.revisions, output.missing) == (3, 0, [])
    assert rows(output)["left"]["result"] == "Left is done."


def test_the_tasks_of_a_wave_work_at_the_same_time(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a"), task("b"), task("c"), task("d")), prompt=PLANNER)
    model_server.answer(Answer(when=all_received(4, WORKER)), prompt=WORKER)

    asyncio.run(run())

    calls = model_server.calls_with(WORKER)
    assert len(calls) == 4
    assert max(call.started for call in calls) < min(call.ended or 0 for call in calls)


def test_a_task_is_given_the_results_it_needs_and_no_others(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a"), task("b"), task("c", "b")), prompt=PLANNER)
    model_server.answer(Answer(text="A came first."), prompt=doing("a"))
    model_server.answer(Answer(text="B came second."), prompt=doing("b"))

    asyncio.run(run())

    (call,) = model_server.calls_with(doing("c"))
    assert "<result>b: B came second.</result>" in call.prompt
    assert "A came first." not in call.prompt


UNFIT = {
    "empty": ([], "the plan is empty"),
    "oversized": ([task("a"), task("b"), task("c"), task("d")], "has 4 tasks, and at most 3"),
    "one id twice": ([task("a"), task("a")], "two tasks have the id 'a'"),
    "needs what is not there": ([task("a", "x")], "task 'a' needs 'x', which is no task"),
    "needs itself": ([task("a", "a")], "task 'a' needs itself"),
    "cyclic": ([task("a", "b"), task("b", "a")], "in a cycle: a → b → a"),
}


@pytest.mark.parametrize(("tasks", "fault"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_plan_goes_back_to_the_planner_with_its_fault(
    tasks: list[dict[str, Any]], fault: str, model_server: ModelServer
) -> None:
    model_server.answer(planned(*tasks), prompt=PLANNER, times=1)
    model_server.answer(planned(task("good")), prompt=PLANNER)

    output = asyncio.run(run(max_tasks=3))

    _, repair = model_server.calls_with(PLANNER)
    assert fault in repair.body["messages"][-1]["content"]
    assert statuses(output) == {"good": ("done", 1)}


def test_a_plan_that_stays_unfit_fails_the_run_and_is_named(model_server: ModelServer) -> None:
    model_server.answer(planned(task("a", "b"), task("b", "a")), prompt=PLANNER)

    with pytest.raises(RequiredBranchFailed, match=r"'plan' .* in a cycle: a → b → a"):
        asyncio.run(run())

    assert not model_server.calls_with(WORKER)


@pytest.mark.parametrize(
    ("broken", "reason", "calls"),
    [
        (REFUSED, "the model refused to answer", 1),
        (Answer(text=""), "the model gave no usable answer", 2),
        (Answer(fault="malformed"), "the model gave no usable answer", 2),
        (Answer(text="First", finish_reason="length"), "the model's answer was cut off", 2),
    ],
    ids=["refused", "empty", "malformed", "cut off"],
)
def test_what_needs_a_failed_task_is_skipped_and_the_others_stand(
    broken: Answer, reason: str, calls: int, model_server: ModelServer
) -> None:
    model_server.answer(planned(*CHAIN, task("other"), task("more", "other")), prompt=PLANNER)
    model_server.answer(broken, prompt=doing("a"))

    output = asyncio.run(run())

    assert statuses(output) == {
        "a": ("failed", 1),
        "b": ("skipped", None),
        "c": ("skipped", None),
        "other": ("done", 1),
        "more": ("done", 2),
    }
    missing = {one.task: one.reason for one in output.missing}
    assert reason in missing.pop("a")
    assert missing == {"b": "it needs a, without a result", "c": "it needs b, without a result"}
    assert "(Without some tasks. a: " in output.answer
    assert "b: it needs a, without a result" in output.answer
    assert len(model_server.calls_with(doing("a"))) == calls


def test_a_task_that_fails_in_a_later_wave_leaves_the_earlier_results(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(*CHAIN), prompt=PLANNER)
    model_server.answer(REFUSED, prompt=doing("b"))

    output = asyncio.run(run())

    assert statuses(output) == {"a": ("done", 1), "b": ("failed", 2), "c": ("skipped", None)}
    assert rows(output)["a"]["result"]


def test_when_no_task_has_a_result_the_run_fails_with_the_reasons(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(task("a"), task("b", "a")), prompt=PLANNER)
    model_server.answer(REFUSED, prompt=doing("a"))

    with pytest.raises(NoTaskDone) as caught:
        asyncio.run(run())

    assert str(caught.value).startswith("no task has a result. a: the model refused to answer")
    assert str(caught.value).endswith("; b: it needs a, without a result")
    assert not model_server.calls_with(EDITOR)


def test_a_run_that_is_cut_off_answers_with_the_results_there_are(
    model_server: ModelServer,
) -> None:
    model_server.answer(planned(task("quick"), task("slow")), prompt=PLANNER)
    model_server.answer(Answer(text="Quickly done."), prompt=doing("quick"))
    model_server.answer(Answer(delay=NEVER), prompt=doing("slow"))
    finished: set[str] = set()
    config: RunnableConfig = {"configurable": {"fanjoin": {"deadline": time.time() + 60}}}

    def until() -> None:
        model_server.wait_for_calls(1, doing("slow"))
        wait_until(lambda: "execute[0]" in finished, "the quick task")

    result = run_in_still_time(
        run_watched(graph, sent(goal="Reach it."), finished, config=config, context=ModelContext()),
        until=until,
        ahead=60,
    )

    model_server.wait_until_idle()
    output = TypeAdapter(Output).validate_python(result)
    assert statuses(output) == {"quick": ("done", 1), "slow": ("failed", 1)}
    assert output.answer.startswith("quick: Quickly done.\n\n(These are the bare results;")
    assert "(Without some tasks. slow: " in output.answer


def test_a_second_goal_on_a_thread_shows_nothing_of_the_first(model_server: ModelServer) -> None:
    model_server.answer(planned(*CHAIN, task("bad")), prompt=PLANNER, times=1)
    model_server.answer(planned(task("a"), task("late", "a")), prompt=PLANNER)
    model_server.answer(REFUSED, prompt=doing("bad"))
    model_server.answer(sent_back(), prompt=CRITIC, times=1)
    model_server.answer(Answer(text="The first answer."), prompt=EDITOR, times=2)
    model_server.answer(REFUSED, prompt=EDITOR)
    threaded = graph.copy(update={"checkpointer": InMemorySaver()})

    async def ask_twice() -> list[Output]:
        config: RunnableConfig = {"configurable": {"thread_id": "t"}}
        results = [await threaded.ainvoke(sent(goal="Reach it."), config) for _ in "12"]
        return [TypeAdapter(Output).validate_python(result) for result in results]

    first, second = asyncio.run(ask_twice())

    assert [one.task for one in first.missing] == ["bad"]
    assert (first.waves, first.revisions) == (4, 1)
    assert statuses(second) == {"a": ("done", 1), "late": ("done", 2)}
    assert (second.waves, second.revisions, second.missing) == (2, 0, [])
    assert second.answer.startswith("a: ")
    assert "first answer" not in second.answer
