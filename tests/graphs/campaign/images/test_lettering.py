import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.campaign.images.lettering import font_for, width_of, wrap

SIZE = 40
UNKNOWN = "\U0001f9ff\U00013000"
"""Signs that the fonts looked for do not have."""


def test_plain_english_can_be_written_on_every_machine() -> None:
    assert font_for("Lights up by itself, at dusk!", SIZE) is not None


def test_no_font_is_better_than_one_that_draws_boxes() -> None:
    assert font_for(UNKNOWN, SIZE) is None


@pytest.mark.parametrize(
    "text", ["Lights up by itself at dusk", "W" * 90, UNKNOWN * 30, "a b" * 50]
)
def test_no_line_is_wider_than_allowed(text: str) -> None:
    lines = wrap(text, SIZE, 300)

    assert all(width_of(line, SIZE) <= 300 for line in lines)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    lines = wrap(text, SIZE, 300)

    whole = unicodedata.normalize("NFC", text)
    assert "".join("".join(lines).split()) == "".join(whole.split())
    assert all(line.strip() for line in lines)


def test_words_stay_whole_where_they_fit() -> None:
    width = width_of("lights up by", SIZE)

    assert wrap("lights up by itself", SIZE, width) == ["lights up by", "itself"]
