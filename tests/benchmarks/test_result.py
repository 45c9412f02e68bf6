"""What a row's limit is for, and how it is printed."""

import io

from rich.console import Console

from tests.benchmarks.result import Failure, Result
from tests.benchmarks.table import json_of, table_of


def test_a_limit_is_for_the_ratio_to_the_floor() -> None:
    assert Result("invoke", "", "ms", 1.7, floor=1.0, limit=1.7).holds
    assert not Result("invoke", "", "ms", 1.8, floor=1.0, limit=1.7).holds
    assert not Result("rate", "", "runs/s", 70, floor=100, limit=0.8, bound="at least").holds


def test_a_limit_is_for_the_value_where_there_is_no_floor() -> None:
    assert Result("help", "", "s", 0.4, limit=0.4).holds
    assert not Result("help", "", "s", 0.5, limit=0.4).holds


def test_a_limit_of_the_own_share_is_for_what_is_added_to_the_floor() -> None:
    small = Result("waiting", "", "KiB", 90, floor=60, limit=40, limits="own share")
    large = Result("waiting", "", "KiB", 101, floor=60, limit=40, limits="own share")

    assert small.own_share == 30
    assert small.holds
    assert not large.holds


def test_table_shows_the_own_share_beside_what_was_measured() -> None:
    result = Result("waiting", "", "KiB", 90, floor=60, limit=40, limits="own share")

    text = printed(result)

    assert all(cell in text for cell in ("90.00 KiB", "60.00 KiB", "30.00 KiB", "≤ 40 KiB"))


def test_a_failed_row_is_printed_as_an_error_without_a_value() -> None:
    failure = Failure("version", "--version ended with 2")

    assert printed(failure).split() == ["version", "--version", "ended", "with", "2", "error"]
    assert json_of([failure], {}) == [
        {"row": "version", "error": "--version ended with 2", "holds": False}
    ]


def printed(result: Result | Failure) -> str:
    """Return the table's lines under the one below its headings."""
    output = io.StringIO()
    Console(file=output, width=200).print(table_of([result], {}))
    return output.getvalue().split("─")[-1]
