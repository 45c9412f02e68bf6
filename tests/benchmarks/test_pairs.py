"""What makes a row worse than the same row of another commit."""

from typing import Any

import pytest

from tests.benchmarks.pairs import Comparison, NotComparable, compare, exit_status


def results(*values: float, unit: str = "ms", **more: Any) -> list[dict[str, Any]]:
    row = {"row": "invoke", "unit": unit, "bound": "at most", **more}
    return [{**row, "measured": value} for value in values]


def compared(here: Any, there: Any, row: str = "invoke") -> Any:
    (only,) = compare(row, here, there)
    return only


def test_difference_is_the_median_of_the_pairs_and_not_of_all_values() -> None:
    here, there = results(11, 22, 30), results(10, 20, 60)

    pairs = compared(here, there)

    assert pairs.difference_percent == pytest.approx(10)
    assert pairs.pairs_worse == 2
    assert pairs.is_worse


@pytest.mark.parametrize(
    ("bound", "here", "is_worse"),
    [
        ("at most", 105.1, True),
        ("at most", 104.9, False),
        ("at most", 50, False),
        ("at least", 94.9, True),
        ("at least", 95.1, False),
        ("at least", 200, False),
    ],
)
def test_a_row_is_worse_by_more_than_five_percent_in_the_direction_of_its_limit(
    bound: str, here: float, is_worse: bool
) -> None:
    pairs = compared(results(here, bound=bound), results(100, bound=bound))

    assert pairs.is_worse is is_worse


def test_cpu_is_compared_only_where_both_sides_measured_it() -> None:
    with_cpu, without = results(1.0, cpu_ms=1.2), results(1.0)

    both = compare("invoke", with_cpu, results(1.0, cpu_ms=1.0))
    one = compare("invoke", with_cpu, without)

    assert [each.row for each in both] == ["invoke", "invoke, cpu"]
    assert exit_status(both) == 1
    assert [each.row for each in one] == ["invoke"]
    assert exit_status(one) == 0


def test_rows_of_another_unit_or_next_to_zero_are_not_comparable() -> None:
    other_unit = compared(results(1), results(1, unit="x"))
    near_zero = compared(results(0.1, unit="MiB"), results(0.2, unit="MiB"), row="growth")
    zero = compared(results(1), results(0))

    assert other_unit == NotComparable("invoke", "measured in ms here, in x there")
    assert near_zero == NotComparable("growth", "its values are near zero")
    assert zero == NotComparable("invoke", "a value is not above zero")


def test_a_row_that_fails_there_is_not_comparable_and_one_that_fails_here_fails() -> None:
    good, bad = results(1), [{"row": "invoke", "error": "no such option"}]

    there, here = compared(good, bad), compared(bad, good)

    assert there == NotComparable("invoke", "there: no such option")
    assert here == NotComparable("invoke", "here: no such option", failed_here=True)
    assert exit_status([there, Comparison("help", "s", False, [1], [1])]) == 0
    assert exit_status([here, Comparison("help", "s", False, [1], [1])]) == 1


def test_nothing_compared_is_a_failure() -> None:
    assert exit_status([NotComparable("help", "there: there is no such row")]) == 1
