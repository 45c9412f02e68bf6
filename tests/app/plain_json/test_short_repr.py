"""The beginning of a repr is that of the whole, and costs no more for a large value."""

from typing import Any

import pytest

from app.plain_json import short_repr


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        "short",
        "x" * 1000,
        b"x" * 1000,
        [[]] * 1000,
        {"a": [1, {"b": None}], "c": "d" * 300},
        {f"k{number}": {} for number in range(1000)},
        {"k" * 1000: 1},
        [[[["deep"] * 50] * 50] * 50] * 50,
    ],
)
def test_it_is_the_beginning_of_the_whole(value: Any) -> None:
    whole = repr(value)

    assert short_repr(value, 100) == (whole if len(whole) <= 100 else f"{whole[:100]}…")


def test_rest_of_a_value_is_not_read() -> None:
    class Unread:
        def __repr__(self) -> str:
            raise AssertionError

    assert short_repr([*range(200), Unread()], 100).endswith("…")
