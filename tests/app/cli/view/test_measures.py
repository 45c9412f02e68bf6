"""Times and costs as a person reads them."""

import pytest

from app.cli.view.measures import as_cost, as_time, counted, one_line


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (4200, "4.2 s"),
        (99_949, "99.9 s"),
        (99_950, "1 min 40 s"),
        (119_600, "2 min 00 s"),
    ],
)
def test_time_has_the_unit_that_fits(milliseconds: float, text: str) -> None:
    assert as_time(milliseconds) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "$0.00"), (0.0000012, "$0.0000012"), (0.00033, "$0.00033"), (1234.5, "$1,234.50")],
)
def test_cost_is_never_written_with_an_exponent(dollars: float, text: str) -> None:
    assert as_cost(dollars) == text


def test_counts_have_their_plural() -> None:
    assert [counted(1, "branch"), counted(2, "branch"), counted(0, "graph")] == [
        "1 branch",
        "2 branches",
        "0 graphs",
    ]


def test_one_line_drops_control_codes_and_breaks() -> None:
    assert one_line("a\n\x1b[31m b\x9b") == "a [31m b"
