"""What counts as waiting in the rows of a run; moments are seconds, rows have milliseconds."""

from math import inf

import pytest

from app.report.rows import Row
from app.report.waiting import Waiting


def row(name: str, *, started: float | None = 0.0, scheduled: float = 0.0) -> Row:
    return Row(name, (name,), "branch", "", scheduled=scheduled, started=started)


def waiting_of(**rows: Row) -> Waiting:
    return Waiting(rows, began=0.0)


def ended(row: Row, at: float) -> tuple[float, float, float]:
    """End a row, and return when its work began, how long it waited, and how long it worked."""
    row.ended = at
    return row.started or 0.0, row.queued_ms, row.duration_ms


def test_a_wait_before_the_work_moves_its_start() -> None:
    late = row("late", started=2.0, scheduled=1.0)

    waiting_of(late=late).for_thread("late", 0.002, 1.0)

    assert ended(late, 1500.0) == (1000.0, 999.0, 500.0)


def test_a_wait_amid_the_work_is_taken_out_of_it() -> None:
    slow = row("slow")

    waiting_of(slow=slow).for_thread("slow", 0.3, 0.7)

    assert ended(slow, 1000.0) == (0.0, 400.0, 600.0)


def test_overlapping_waits_count_once() -> None:
    slow = row("slow")
    waiting = waiting_of(slow=slow)

    waiting.for_loop(0.1, 0.3, {})
    waiting.for_thread("slow", 0.2, 0.4)
    waiting.for_thread("slow", 0.2, 0.35)

    assert ended(slow, 1000.0) == pytest.approx((0.0, 300.0, 700.0))


def test_two_nodes_that_block_the_loop_in_turn_add_up_to_the_time_that_passed() -> None:
    one, two = row("one"), row("two")
    waiting = waiting_of(one=one, two=two)

    waiting.for_loop(0.0, 0.6, {"one": inf})
    waiting.for_loop(0.6, 1.2, {"two": inf})

    assert ended(one, 1200.0) == (0.0, 600.0, 600.0)
    assert ended(two, 1200.0) == (600.0, 600.0, 600.0)


def test_who_works_in_a_thread_or_holds_who_does_is_not_waiting_for_the_loop() -> None:
    rows = {name: row(name) for name in ("outer:1", "outer:1|inner:2", "thread:3", "half:4")}
    waiting = Waiting(rows, began=0.0)

    waiting.for_loop(0.2, 0.6, {"outer:1|inner:2": inf, "thread:3": inf, "half:4": 0.5})

    waits = {name: ended(row, 1000.0)[1] for name, row in rows.items()}
    assert waits == {"outer:1": 0, "outer:1|inner:2": 0, "thread:3": 0, "half:4": 100.0}


def test_rows_that_are_over_or_not_under_way_do_not_wait() -> None:
    over, queued, unstarted = row("over"), row("queued"), row("unstarted", started=None)
    over.ended = 50.0
    queued.is_queued = True

    waiting_of(over=over, queued=queued, unstarted=unstarted).for_loop(0.1, 0.3, {})

    assert [one.waited_ms for one in (over, queued, unstarted)] == [0, 0, 0]


def test_each_node_that_blocks_the_loop_is_named_once_with_its_time() -> None:
    waiting = waiting_of()

    waiting.blame("one:1", 0.6)
    for ns in ("items:1", "items:2"):
        waiting.blame(f"outer:0|{ns}", 0.4 if ns == "items:1" else 0.2)
    waiting.blame("", 0.3)

    advice = "use an async call, or a plain def node"
    between = "between its nodes: a reducer, a validator or a large state"
    assert list(waiting.warnings()) == [
        f"one blocked the event loop for 0.6 s: {advice}",
        f"outer/items blocked the event loop for 0.6 s in 2 steps, the longest 0.4 s: {advice}",
        f"the graph blocked the event loop for 0.3 s {between}",
    ]
