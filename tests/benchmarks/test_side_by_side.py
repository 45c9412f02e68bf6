"""What is read out of a report's rows."""

from typing import Any

import pytest

from tests.benchmarks.side_by_side import SideBySide, side_by_side


def row(
    row_id: str, started_ms: float, duration_ms: float, status: str = "ok", queued_ms: float = 0
) -> dict[str, Any]:
    times = {"queued_ms": queued_ms, "started_ms": started_ms, "duration_ms": duration_ms}
    return {"id": row_id, "status": status, **times}


def test_work_is_added_up_where_it_was_done_and_time_where_branches_overlap() -> None:
    rows = [
        row("route", 0, 400),
        row("law", 400, 1000),
        row("law/search", 400, 300),
        row("law/read", 700, 700),
        row("money", 500, 600),
        row("people", 400, 0, "skipped"),
        row("answer", 1400, 500),
    ]

    measured = side_by_side(rows, dict.fromkeys(["law", "money", "people"], "answer"))

    assert measured == SideBySide(work=1.6, longest=1.0, wall=1.0)


def test_the_items_of_a_list_are_branches_of_one_fan_out() -> None:
    rows = [
        row("study", 0, 500),
        row("study#2", 100, 500),
        row("study/summary", 0, 500),
        row("study/summary#2", 100, 500),
        row("collect", 600, 1),
    ]

    measured = side_by_side(rows, {"study": "collect"})

    assert measured == SideBySide(work=1.0, longest=0.5, wall=0.6)


def test_each_round_of_a_fan_out_counts_by_itself() -> None:
    rows = [
        row("do", 0, 500),
        row("do#2", 0, 400),
        row("do#3", 600, 300),
        row("do#4", 900, 300, queued_ms=300),
        row("do/step", 0, 400),
        row("do/step#2", 650, 250),
        row("do#5", 2000, 700),
        row("do/step#3", 2000, 700),
    ]

    measured = side_by_side(rows, {"do": "collect"})

    assert measured == SideBySide(work=0.65, longest=0.8, wall=1.1)


def test_a_fan_out_of_one_branch_has_nothing_side_by_side() -> None:
    rows = [row("a", 0, 500), row("b", 0, 300), row("alone", 600, 500)]

    measured = side_by_side(rows, {"a": "first", "b": "first", "alone": "second"})

    assert measured == SideBySide(work=0.8, longest=0.5, wall=0.5)
    with pytest.raises(ValueError, match="no fan-out with two branches"):
        side_by_side(rows[2:], {"alone": "second"})
