"""Images measured: the numbers, and the words for them."""

from graphs.media_review.facts import image_facts
from tests.graphs.adapters.images.images_at_hand import plain, red_over_blue


def test_white_is_bright_and_black_is_dark() -> None:
    white, black = image_facts(plain(colour="white")), image_facts(plain(colour="black"))

    assert (white.brightness, black.brightness) == (1, 0)
    assert (white.contrast, black.contrast) == (0, 0)
    assert (white.saturation, white.warmth) == (0, 0)


def test_half_black_half_white_is_the_most_contrast_there_is() -> None:
    image = plain(colour="white")
    image.paste("black", (0, 0, 20, 30))

    assert image_facts(image).contrast == 1


def test_red_is_warm_and_blue_is_cold() -> None:
    red, blue = image_facts(plain(colour="red")), image_facts(plain(colour="blue"))

    assert (red.warmth, blue.warmth) == (1, -1)
    assert (red.saturation, blue.saturation) == (1, 1)


def test_the_facts_are_told_in_words() -> None:
    assert image_facts(red_over_blue()).in_words == (
        "dark, neither warm nor cold, vivid, low in contrast (blue 50%, red 50%)"
    )
