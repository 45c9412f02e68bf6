"""The end of a branch is told once what it wrote is kept."""

from app.runs.events import EventGate, EventLog


def told(log: EventLog) -> list[str]:
    return [str(event.data.get("id", event.type)) for event in log.after(0)]


def test_end_of_a_branch_waits_until_its_task_is_kept() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.append("branch_finished", {"id": "a"}, "a:1")
    before = told(log)
    gate.saved("1")

    assert before == []
    assert told(log) == ["a"]


def test_what_comes_behind_a_held_end_passes() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.append("branch_finished", {"id": "a"}, "a:1")
    gate.append("branch_started", {"id": "b"})
    gate.append("token", {"id": "t"})

    assert told(log) == ["b", "t"]


def test_end_that_comes_after_its_task_was_kept_passes() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.saved("1")
    gate.append("branch_finished", {"id": "a"}, "a:1")

    assert told(log) == ["a"]


def test_task_kept_around_a_sub_graph_lets_its_parts_pass() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)
    gate.append("branch_finished", {"id": "outer/inner"}, "outer:1|inner:2")
    gate.append("branch_finished", {"id": "other"}, "other:3")

    gate.saved("1")

    assert told(log) == ["outer/inner"]


def test_kept_step_lets_everything_before_it_pass() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)
    gate.append("branch_finished", {"id": "a"}, "a:1")
    gate.append("branch_finished", {"id": "b"}, "b:2")

    gate.saved(None)

    assert told(log) == ["a", "b"]


def test_run_that_does_not_go_on_after_a_crash_is_told_of_at_once() -> None:
    log = EventLog()
    gate = EventGate(log, holds=False)

    gate.append("branch_finished", {"id": "a"}, "a:1")

    assert told(log) == ["a"]
