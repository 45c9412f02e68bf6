import pytest

from graphs.media_review.colours import Colour, main_colours, name_of
from tests.graphs.adapters.images.images_at_hand import noise, plain, red_over_blue


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((255, 0, 0), "red"),
        ((200, 0, 40), "red"),
        ((255, 128, 0), "orange"),
        ((255, 230, 0), "yellow"),
        ((0, 160, 0), "green"),
        ((0, 200, 200), "turquoise"),
        ((20, 60, 220), "blue"),
        ((120, 0, 220), "violet"),
        ((255, 80, 200), "pink"),
        ((255, 180, 180), "pink"),
        ((120, 60, 20), "brown"),
    ],
)
def test_a_colour_has_the_name_people_use(rgb: tuple[int, int, int], name: str) -> None:
    assert name_of(*rgb) == name


def test_the_largest_colour_comes_first_and_a_trace_is_not_told() -> None:
    image = red_over_blue()
    image.paste((220, 40, 30), (0, 30, 40, 45))
    image.paste((0, 200, 0), (0, 0, 3, 3))

    assert main_colours(image) == [
        Colour(name="red", share=0.75),
        Colour(name="blue", share=0.25),
    ]


def test_shades_of_one_colour_are_one() -> None:
    image = plain(colour=(20, 60, 220))
    image.paste((40, 80, 180), (0, 0, 20, 30))

    assert main_colours(image) == [Colour(name="blue", share=1)]


def test_the_shares_of_any_image_are_at_most_the_whole() -> None:
    assert sum(colour.share for colour in main_colours(noise())) <= 1.02
