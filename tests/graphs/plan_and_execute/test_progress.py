"""How far a plan has come."""

from graphs.plan_and_execute.plan import Task
from graphs.plan_and_execute.progress import TaskProgress, ready, results, rows


def task(task_id: str, *needs: str) -> Task:
    return Task(id=task_id, instruction=f"Do {task_id}.", tool="none", needs=list(needs))


def done(result: str, wave: int = 1) -> TaskProgress:
    return TaskProgress(wave=wave, result=result, error=None)


FAILED = TaskProgress(wave=1, result=None, error="ToolError: no")
DIAMOND = [task("top"), task("left", "top"), task("right", "top"), task("end", "left", "right")]


def ids(tasks: list[Task]) -> list[str]:
    return [one["id"] for one in tasks]


def test_at_first_what_needs_nothing_is_ready() -> None:
    assert ids(ready(DIAMOND, {})) == ["top"]


def test_what_has_all_it_needs_is_ready_together() -> None:
    assert ids(ready(DIAMOND, {"top": done("t")})) == ["left", "right"]


def test_what_lacks_one_of_its_needs_is_not_ready() -> None:
    assert ready(DIAMOND, {"top": done("t"), "left": done("l"), "right": FAILED}) == []


def test_an_empty_result_is_a_result() -> None:
    assert ids(ready(DIAMOND, {"top": done("")})) == ["left", "right"]


def test_results_leave_out_what_failed() -> None:
    assert results({"a": done("A"), "b": FAILED}) == {"a": "A"}


def test_each_task_has_a_row_that_says_what_became_of_it() -> None:
    listed = rows(DIAMOND, {"top": done("t"), "left": done("l", wave=2), "right": FAILED})

    assert [
        (row["id"], row["status"], row["wave"], row["result"], row["error"]) for row in listed
    ] == [
        ("top", "done", 1, "t", None),
        ("left", "done", 2, "l", None),
        ("right", "failed", 1, None, "ToolError: no"),
        ("end", "skipped", None, None, "it needs right, without a result"),
    ]
