"""How far a plan has come: what each task led to, which are ready, which cannot be done any more.

A task is ready once all it needs have a result. When none is ready, whatever has not begun needs
something that failed, for a plan has no cycles: it is skipped.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from graphs.plan_and_execute.plan import Task, ToolName


class TaskProgress(TypedDict):
    """What became of a task that was begun; plain JSON, for it travels in graph state."""

    wave: int
    result: str | None
    error: str | None
    """Why it has no result."""


Progress: TypeAlias = Mapping[str, TaskProgress]


class TaskRow(TypedDict):
    """A task of the plan and what became of it; waves count from 1."""

    id: str
    instruction: str
    tool: ToolName
    needs: list[str]
    status: Literal["done", "failed", "skipped"]
    wave: int | None
    result: str | None
    error: str | None


def ready(plan: Sequence[Task], progress: Progress) -> list[Task]:
    """Return the tasks that have not begun and whose needs all have a result."""
    done = results(progress)
    return [task for task in plan if task["id"] not in progress and done.keys() >= {*task["needs"]}]


def results(progress: Progress) -> dict[str, str]:
    """Return the results by task, in the order in which they came in."""
    return {
        task_id: one["result"] for task_id, one in progress.items() if one["result"] is not None
    }


def rows(plan: Sequence[Task], progress: Progress) -> list[TaskRow]:
    """Return every task with what became of it, once none is ready any more."""
    return [_row(task, progress) for task in plan]


def _row(task: Task, progress: Progress) -> TaskRow:
    one = progress.get(task["id"])
    if one is None:
        lacking = [need for need in task["needs"] if need not in results(progress)]
        why = f"it needs {' and '.join(lacking)}, without a result"
        return TaskRow(**task, status="skipped", wave=None, result=None, error=why)
    return TaskRow(**task, status="failed" if one["error"] else "done", **one)
