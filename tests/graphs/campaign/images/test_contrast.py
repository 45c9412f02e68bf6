import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.campaign.images.contrast import DARK, WHITE, contrast, ink_on, tint

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("#000000", WHITE), ("#1f6f5c", WHITE), ("#ffffff", DARK), ("#ffee00", DARK)],
)
def test_ink_is_light_on_dark_and_dark_on_light(ground: str, ink: str) -> None:
    assert ink_on(ground) == ink


@given(colours)
def test_ink_is_readable_on_every_ground(ground: str) -> None:
    # WCAG 2.2 asks for 3 where letters are large or bold, as all of ours on colour are.
    assert contrast(ink_on(ground), ground) >= 4


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1


def test_a_tint_lies_between_two_colours() -> None:
    assert tint("#000000", "#ffffff", 0.5) == "#808080"
    assert tint("#102030", "#ffffff", 0) == "#102030"
