"""What a retry reuses, read from the rows of the run before it."""

from app.report.reuse import ReusableWrites
from app.report.rows import Row, Status


def branch(name: str, status: Status, *, step: int = 0, around: Row | None = None) -> Row:
    parent = "" if around is None else f"{around.id}:task"
    row = Row(f"{parent}/{name}", (name,), "branch", parent, step, status=status, attempts=1)
    row.required, row.reuse_key = False, name
    row.attempt_around = 0 if around is None else around.attempts
    return row


def test_what_began_before_a_failure_is_reused_and_what_came_after_is_not() -> None:
    reusable = ReusableWrites()

    reusable.add(branch("early", "ok"), {"a": 1}, [])
    reusable.add(branch("failed", "failed"), {}, [])
    reusable.add(branch("beside", "cached"), {"b": 2}, [])
    reusable.add(branch("late", "ok", step=1), {"c": 3}, [])

    assert reusable.writes == {"early": {"a": 1}, "beside": {"b": 2}}


def test_of_a_branch_that_lacks_a_part_only_its_whole_parts_are_reused() -> None:
    reusable = ReusableWrites()
    outer = branch("outer", "ok")
    middle = branch("middle", "ok", around=outer)

    reusable.add(branch("whole", "ok", around=middle), {"a": 1}, [middle, outer])
    reusable.add(branch("lost", "timeout", around=middle), {}, [middle, outer])
    reusable.add(middle, {"a": 1}, [outer])
    reusable.add(outer, {"a": 1}, [])
    reusable.add(branch("late", "ok", step=1), {"b": 2}, [])

    assert reusable.writes == {"whole": {"a": 1}}


def test_a_branch_that_came_out_whole_in_a_later_attempt_is_reused() -> None:
    reusable = ReusableWrites()
    outer = branch("outer", "ok")

    reusable.add(branch("lost", "failed", around=outer), {}, [outer])
    outer.attempts = 2
    reusable.add(branch("found", "ok", around=outer), {"a": 1}, [outer])
    reusable.add(outer, {"a": 1}, [])

    assert reusable.writes == {"found": {"a": 1}, "outer": {"a": 1}}
