"""A plan: tasks that build on one another, checked by code since a model wrote it."""

from collections import Counter
from collections.abc import Sequence
from functools import cache, partial
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, create_model
from typing_extensions import TypedDict

MOST_TASKS = 12

ToolName: TypeAlias = Literal["none", "calculate", "search_documents", "search_wikipedia"]
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True)]


class Task(TypedDict):
    """One step towards the goal."""

    id: Text
    instruction: Text
    tool: ToolName
    needs: list[Text]
    """The ids of the tasks whose results it builds on."""


class Plan(BaseModel):
    """The tasks that lead to a goal."""

    tasks: list[Task]


@cache
def plan_of_at_most(most: int) -> type[Plan]:
    """Return the shape of a plan that can be carried out, with one to `most` tasks."""
    in_schema = Field(json_schema_extra={"minItems": 1, "maxItems": most})
    check = AfterValidator(partial(checked, most=most))
    tasks = Annotated[list[Task], in_schema, check]
    return create_model("Plan", __base__=Plan, __doc__=Plan.__doc__, tasks=(tasks, ...))


def checked(tasks: list[Task], *, most: int) -> list[Task]:
    """Return the tasks as they are.

    Raises:
        ValueError: they are none or too many, one is without id or instruction, two share an id, or
            one needs what is not there, itself, or, round a cycle, its own result.
    """
    if not tasks:
        raise ValueError("the plan is empty: it needs at least one task")
    if len(tasks) > most:
        raise ValueError(f"the plan has {len(tasks)} tasks, and at most {most} are allowed")
    if not all(task["id"] and task["instruction"] for task in tasks):
        raise ValueError("every task needs an id and an instruction")
    ids = Counter(task["id"] for task in tasks)
    if twice := [task_id for task_id, count in ids.items() if count > 1]:
        raise ValueError(f"two tasks have the id {twice[0]!r}: give each its own")
    for task in tasks:
        _check_needs(task, ids)
    _check_order(tasks)
    return tasks


def _check_needs(task: Task, ids: Counter[str]) -> None:
    for need in task["needs"]:
        if need == task["id"]:
            raise ValueError(f"task {need!r} needs itself")
        if need not in ids:
            raise ValueError(
                f"task {task['id']!r} needs {need!r}, which is no task: the ids are "
                f"{', '.join(ids)}"
            )


def _check_order(tasks: Sequence[Task]) -> None:
    try:
        TopologicalSorter({task["id"]: task["needs"] for task in tasks}).prepare()
    except CycleError as error:
        cycle = " → ".join(reversed(error.args[1]))
        raise ValueError(f"tasks need one another in a cycle: {cycle}") from None
