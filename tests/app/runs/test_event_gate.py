"""The end of a branch is announced once what it wrote is saved."""

from app.runs.events import EventGate, EventLog


def names_in(log: EventLog) -> list[str]:
    return [str(event.data.get("id", event.type)) for event in log.after(0)]


def test_end_of_a_branch_waits_until_its_task_is_saved() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.append("branch_finished", {"id": "a"}, "a:1")
    before = names_in(log)
    gate.on_saved("1")

    assert before == []
    assert names_in(log) == ["a"]


def test_what_comes_behind_a_held_end_passes() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.append("branch_finished", {"id": "a"}, "a:1")
    gate.append("branch_started", {"id": "b"})
    gate.append("token", {"id": "t"})

    assert names_in(log) == ["b", "t"]


def test_end_that_comes_after_its_task_was_saved_passes() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)

    gate.on_saved("1")
    gate.append("branch_finished", {"id": "a"}, "a:1")

    assert names_in(log) == ["a"]


def test_task_saved_around_a_sub_graph_lets_its_parts_pass() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)
    gate.append("branch_finished", {"id": "outer/inner"}, "outer:1|inner:2")
    gate.append("branch_finished", {"id": "other"}, "other:3")

    gate.on_saved("1")

    assert names_in(log) == ["outer/inner"]


def test_saved_step_lets_everything_before_it_pass() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)
    gate.append("branch_finished", {"id": "a"}, "a:1")
    gate.append("branch_finished", {"id": "b"}, "b:2")

    gate.on_saved(None)

    assert names_in(log) == ["a", "b"]


def test_end_in_a_run_that_does_not_continue_after_a_crash_passes_at_once() -> None:
    log = EventLog()
    gate = EventGate(log, holds=False)

    gate.append("branch_finished", {"id": "a"}, "a:1")

    assert names_in(log) == ["a"]


def test_ends_of_two_rows_of_one_task_pass_both() -> None:
    log = EventLog()
    gate = EventGate(log, holds=True)
    gate.append("branch_finished", {"id": "a"}, "a:1")
    gate.append("branch_finished", {"id": "a#2"}, "a:1")

    gate.on_saved("1")

    assert names_in(log) == ["a", "a#2"]
