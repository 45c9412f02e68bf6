"""What statistics count of rows."""

from decimal import Decimal
from typing import Any

from app.report.rows import Row
from app.report.statistics import counted
from app.report.usage import Usage


def a_row(row_id: str, *path: str, **more: Any) -> Row:
    times = {"scheduled": 0.0, "started": 2.0, "ended": 12.0, "status": "ok", "attempts": 1}
    return Row(row_id, path, "branch", "", **{**times, **more})


def test_row_is_counted_under_its_path_without_item_and_repeat() -> None:
    rows = [a_row("study[1]", "study"), a_row("study[1]#2", "study"), a_row("a/b", "a", "b")]

    shown = list(counted(rows, ["study[1]#2"]))

    assert [one["branch"] for one in shown] == ["study", "study", "a/b"]
    assert [one["is_critical"] for one in shown] == [False, True, False]
    assert [one["number"] for one in shown] == [0, 1, 2]
    assert (shown[0]["queued_ms"], shown[0]["duration_ms"]) == (2.0, 10.0)


def test_what_no_column_takes_is_bounded_or_unknown() -> None:
    usage = Usage(10**30, None, Decimal("inf"), calls=1)
    name = "a\0b\ud800" + "x" * 1000

    [shown] = counted([a_row("a", name, usage=usage, attempts=10**30)], [])

    assert shown["branch"].startswith("a?b?x")
    assert len(shown["branch"]) <= 256
    assert (shown["tokens_in"], shown["tokens_out"], shown["cost_usd"]) == (2**40, None, None)
    assert shown["attempts"] == 2**31 - 1


def test_run_of_very_many_rows_counts_the_first_ten_thousand() -> None:
    rows = [a_row(str(number), "n") for number in range(10_001)]

    assert len(list(counted(rows, []))) == 10_000
