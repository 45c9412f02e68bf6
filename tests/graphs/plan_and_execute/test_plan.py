"""What a plan may look like, and how it is told what is wrong with it."""

from typing import Any

import pytest
from pydantic import ValidationError

from graphs.plan_and_execute.plan import plan_of_at_most
from tests.plan_answers import PLAN, task

Tasks = list[dict[str, Any]]


def test_a_plan_in_any_order_is_fit() -> None:
    tasks = [task("end", "left", "right"), task("left"), task("right", "left")]

    plan = plan_of_at_most(3).model_validate({"tasks": tasks})

    assert [one["id"] for one in plan.tasks] == ["end", "left", "right"]


def test_space_around_ids_and_instructions_is_nothing() -> None:
    spaced = {**task(" a "), "instruction": "  Do it. \n"}

    plan = plan_of_at_most(2).model_validate({"tasks": [spaced, task("b", "a ")]})

    assert [(one["id"], one["needs"]) for one in plan.tasks] == [("a", []), ("b", ["a"])]
    assert plan.tasks[0]["instruction"] == "Do it."


@pytest.mark.parametrize(
    ("tasks", "fault"),
    [
        ([], "the plan is empty: it needs at least one task"),
        ([task(one) for one in "abcde"], "the plan has 5 tasks, and at most 4 are allowed"),
        ([task(" ")], "every task needs an id and an instruction"),
        ([{**task("a"), "instruction": ""}], "every task needs an id and an instruction"),
        ([task("a"), task("b"), task("a ")], "two tasks have the id 'a': give each its own"),
        ([task("a", "x"), task("b")], "task 'a' needs 'x', which is no task: the ids are a, b"),
        ([task("a"), task("b", "b")], "task 'b' needs itself"),
        ([task("a", "b"), task("b", "a")], "tasks need one another in a cycle: a → b → a"),
        (
            [task("d"), task("a", "b", "d"), task("b", "c"), task("c", "a")],
            "tasks need one another in a cycle: a → b → c → a",
        ),
    ],
)
def test_an_unfit_plan_is_refused_with_its_fault(tasks: Tasks, fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_of_at_most(4).model_validate({"tasks": tasks})

    (error,) = caught.value.errors()
    assert error["msg"] == f"Value error, {fault}"


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises(ValidationError, match="'none', 'calculate'"):
        plan_of_at_most(4).model_validate({"tasks": [task("a", tool="rm -rf")]})


def test_the_schema_lets_a_server_enforce_the_number_of_tasks() -> None:
    schema = plan_of_at_most(4).model_json_schema()

    assert schema["title"] == "Plan"
    assert (
        schema["properties"]["tasks"]["minItems"],
        schema["properties"]["tasks"]["maxItems"],
    ) == (
        1,
        4,
    )


def test_the_plan_of_the_loopback_model_is_fit() -> None:
    assert plan_of_at_most(4).model_validate(PLAN)
