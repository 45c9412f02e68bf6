"""What a retry is handed, told from the rows of the run before it."""

from app.report.reuse import ReusableWrites
from app.report.rows import Row, Status


def branch(name: str, status: Status, *, step: int = 0, around: Row | None = None) -> Row:
    parent = "" if around is None else f"{around.id}:task"
    row = Row(f"{parent}/{name}", (name,), "branch", parent, step, status=status, attempts=1)
    row.required, row.reuse_key = False, name
    row.attempt_around = 0 if around is None else around.attempts
    return row


def test_what_began_before_a_failure_is_kept_and_what_came_after_is_not() -> None:
    settled = ReusableWrites()

    settled.take(branch("early", "ok"), {"a": 1}, [])
    settled.take(branch("failed", "failed"), {}, [])
    settled.take(branch("beside", "cached"), {"b": 2}, [])
    settled.take(branch("late", "ok", step=1), {"c": 3}, [])

    assert settled.writes == {"early": {"a": 1}, "beside": {"b": 2}}


def test_of_a_branch_that_lacks_a_part_only_its_whole_parts_are_kept() -> None:
    settled = ReusableWrites()
    outer = branch("outer", "ok")
    middle = branch("middle", "ok", around=outer)

    settled.take(branch("whole", "ok", around=middle), {"a": 1}, [middle, outer])
    settled.take(branch("lost", "timeout", around=middle), {}, [middle, outer])
    settled.take(middle, {"a": 1}, [outer])
    settled.take(outer, {"a": 1}, [])
    settled.take(branch("late", "ok", step=1), {"b": 2}, [])

    assert settled.writes == {"whole": {"a": 1}}


def test_a_branch_that_came_out_whole_in_a_later_attempt_is_kept() -> None:
    settled = ReusableWrites()
    outer = branch("outer", "ok")

    settled.take(branch("lost", "failed", around=outer), {}, [outer])
    outer.attempts = 2
    settled.take(branch("found", "ok", around=outer), {"a": 1}, [outer])
    settled.take(outer, {"a": 1}, [])

    assert settled.writes == {"found": {"a": 1}, "outer": {"a": 1}}
