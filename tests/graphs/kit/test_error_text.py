"""What the kit says of an error: the same as the service."""

import pytest

from graphs.kit.state.error_text import error_text
from graphs.kit.state.outcomes import describe
from tests.error_cases import CASES, HUGE, raised


@pytest.mark.parametrize("case", CASES)
def test_an_error_says_what_is_in_it_and_behind_it(case: str) -> None:
    make, expected = CASES[case]

    assert error_text(make()) == expected


@pytest.mark.parametrize("case", HUGE)
def test_a_huge_or_hostile_error_is_told_in_bounds(case: str) -> None:
    described = describe(HUGE[case]())

    assert 0 < len(described["message"]) <= 500


def test_a_fallback_that_fails_does_not_repeat_the_error_it_stands_in_for() -> None:
    first = ConnectionError("refused")

    def fall_back() -> None:
        try:
            raise first
        except ConnectionError:
            raise KeyError("spare")  # noqa: B904  # the kit calls a fallback like this

    described = describe(first, raised(fall_back))

    assert described["message"] == "refused (its fallback failed too: KeyError: 'spare')"
