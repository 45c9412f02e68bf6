"""What a critic may say, and the task it leads to."""

import pytest
from pydantic import ValidationError

from graphs.plan_and_execute.critic import Critique, task_of
from graphs.plan_and_execute.plan import Task


def test_an_answer_that_is_not_approved_needs_a_task() -> None:
    with pytest.raises(ValidationError, match="say what is missing"):
        Critique(missing=" ", tool="none", approved=False)


def test_what_is_missing_becomes_a_task_with_an_id_of_its_own() -> None:
    plan = [Task(id=one, instruction="Do.", tool="none", needs=[]) for one in ("a", "revision_1")]
    critique = Critique(missing="Add 2 and 3.", tool="calculate", approved=False)

    task = task_of(critique.model_dump(), plan, ["a"])

    assert task == {
        "id": "revision_2",
        "instruction": "Add 2 and 3.",
        "tool": "calculate",
        "needs": ["a"],
    }
