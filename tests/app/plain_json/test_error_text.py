"""What the service says of an error."""

import pytest

from app.plain_json import error_text, named_error
from tests.error_cases import CASES, HUGE


@pytest.mark.parametrize("case", CASES)
def test_an_error_says_what_is_in_it_and_behind_it(case: str) -> None:
    make, expected = CASES[case]

    assert error_text(make()) == expected


@pytest.mark.parametrize("case", HUGE)
def test_a_huge_or_hostile_error_is_told_in_bounds(case: str) -> None:
    text = error_text(HUGE[case]())

    assert 0 < len(text) <= 5001


def test_the_type_is_said_once() -> None:
    assert named_error(ValueError("bad")) == "ValueError: bad"
    assert named_error(ValueError()) == "ValueError"
    error = ValueError()
    error.__cause__ = KeyError("city")
    assert named_error(error) == "ValueError (caused by KeyError: 'city')"
