"""The drawn card, as SVG and as PNG."""

from io import BytesIO

import pytest
from defusedxml import ElementTree
from PIL import Image

from graphs.campaign.images.card import HEIGHT, WIDTH, Card, card_of, png_of, svg_of
from graphs.campaign.images.contrast import ink_on

GREEN = "#1f6f5c"
HOSTILE = "</text><script>alert(1)</script>&\"' {{ 7*7 }} \x00\x0b]]>"
UNKNOWN = "\U0001f9ff\U00013000"


def words_of(svg: str) -> str:
    return " ".join(text for text in ElementTree.fromstring(svg).itertext() if text)


def ink_in(card: Card) -> int:
    """How many pixels of a card's PNG have exactly the colour of its letters."""
    image = Image.open(BytesIO(png_of(card)))
    rgb = tuple(bytes.fromhex(card.ink.removeprefix("#")))
    return sum(count for count, colour in image.getcolors(WIDTH * HEIGHT) or () if colour == rgb)


def test_a_card_says_title_and_line_in_colours_that_can_be_read() -> None:
    card = card_of("Halo bicycle light", "Lights up by itself at dusk", GREEN)

    assert (card.ground, card.ink) == (GREEN, ink_on(GREEN))
    assert words_of(svg_of(card)) == "Halo bicycle light Lights up by itself at dusk"


def test_a_card_is_drawn_as_png_with_its_letters() -> None:
    card = card_of("Halo", "Lights up", GREEN)

    image = Image.open(BytesIO(png_of(card)))

    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    assert image.getpixel((5, 5)) == (0x1F, 0x6F, 0x5C)
    assert ink_in(card) > 1000


def test_what_is_written_on_a_card_cannot_end_its_text() -> None:
    svg = svg_of(card_of(HOSTILE, HOSTILE, GREEN))

    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert tags == {"svg", "rect", "circle", "g", "text"}
    assert "{{ 7*7 }}" in words_of(svg)


@pytest.mark.parametrize("text", ["word " * 60, "W" * 300, "海" * 300])
def test_text_too_long_for_a_card_ends_with_an_ellipsis_inside_it(text: str) -> None:
    card = card_of(text, text, GREEN)

    assert len(card.lines) == 6
    assert card.lines[2].text.endswith("…")
    assert card.lines[-1].text.endswith("…")
    assert all(0 < line.baseline <= HEIGHT for line in card.lines)
    assert card.lines[0].baseline > card.lines[0].size


def test_letters_that_no_font_has_are_left_off_the_png_and_stay_in_the_svg() -> None:
    card = card_of(UNKNOWN, UNKNOWN, GREEN)

    assert UNKNOWN in words_of(svg_of(card))
    assert ink_in(card) == 0


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#FFee00"])
def test_any_colour_gives_a_card(colour: str) -> None:
    card = card_of("Halo", "Lights up", colour)

    assert ElementTree.fromstring(svg_of(card)) is not None
    assert ink_in(card) > 1000
