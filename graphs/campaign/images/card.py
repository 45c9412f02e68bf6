"""A drawn card: a title and a line beneath it, on a ground in the brand's colour.

It stands where no picture could be had. The same drawing is given as SVG, sharp at any size and
with the text as text, and as PNG, which mail clients show; they do not show SVG.
"""

from dataclasses import dataclass
from html import escape
from io import BytesIO

from PIL import Image, ImageDraw

from graphs.adapters.excerpts import excerpt
from graphs.adapters.lines import one_line
from graphs.campaign.images.contrast import DARK, WHITE, ink_on, tint
from graphs.campaign.images.lettering import font_for, width_of, wrap

WIDTH = 1200
HEIGHT = 600
"""Pixels; twice of what a letter shows, for dense screens."""

_MARGIN = 90
_TEXT_WIDTH = 800
_TITLE_SIZES = (96, 76, 60)
_LINE_SIZE = 42
_MOST_LINES = 3
_MOST_CHARS = 200
_LEADING = 1.25
_GAP = 16
_SMOOTH = 2
"""Shapes are drawn so many times larger and scaled down, since Pillow draws them with steps."""


@dataclass(frozen=True)
class Circle:
    """A disc; all in pixels."""

    x: int
    y: int
    radius: int
    colour: str


@dataclass(frozen=True)
class Written:
    """One line of text, by the place of its baseline."""

    text: str
    size: int
    baseline: int


@dataclass(frozen=True)
class Card:
    """What is drawn, whatever it is drawn as."""

    ground: str
    ink: str
    circles: tuple[Circle, ...]
    lines: tuple[Written, ...]


def card_of(title: str, line: str, colour: str) -> Card:
    """Lay out a card; text that does not fit ends with an ellipsis. `colour` is `#rrggbb`."""
    title, line = (excerpt(one_line(text), _MOST_CHARS) for text in (title, line))
    size = next((size for size in _TITLE_SIZES if len(_set(title, size)) <= 2), _TITLE_SIZES[-1])
    lines = _stacked(_bounded(_set(title, size)), size, _bounded(_set(line, _LINE_SIZE)))
    ink = ink_on(colour)
    shade = DARK if ink == WHITE else WHITE
    circles = (
        Circle(1120, 90, 330, tint(colour, shade, 0.12)),
        Circle(1060, 560, 170, tint(colour, ink, 0.14)),
        Circle(1130, 330, 120, tint(colour, ink, 0.3)),
    )
    return Card(colour, ink, circles, lines)


def svg_of(card: Card) -> str:
    """Return the card as a whole SVG document, its text escaped."""
    shapes = "".join(
        f'<circle cx="{c.x}" cy="{c.y}" r="{c.radius}" fill="{c.colour}"/>' for c in card.circles
    )
    # The width is said, so that a viewer without our font neither overlaps nor cuts anything.
    texts = "".join(
        f'<text x="{_MARGIN}" y="{line.baseline}" font-size="{line.size}"'
        f' textLength="{width_of(line.text, line.size):.0f}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(line.text)}</text>"
        for line in card.lines
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{card.ground}"/>{shapes}'
        f'<g fill="{card.ink}" font-family="DejaVu Sans, Verdana, Arial, sans-serif"'
        f' font-weight="bold">{texts}</g></svg>'
    )


def png_of(card: Card) -> bytes:
    """Return the card as PNG; a line in letters that no font here has is left off."""
    image = Image.new("RGB", (WIDTH * _SMOOTH, HEIGHT * _SMOOTH), card.ground)
    draw = ImageDraw.Draw(image)
    for c in card.circles:
        draw.circle((c.x * _SMOOTH, c.y * _SMOOTH), c.radius * _SMOOTH, fill=c.colour)
    image = image.reduce(_SMOOTH)
    draw = ImageDraw.Draw(image)
    for line in card.lines:
        if font := font_for(line.text, line.size):
            draw.text((_MARGIN, line.baseline), line.text, card.ink, font, anchor="ls")
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _stacked(title: list[str], title_size: int, below: list[str]) -> tuple[Written, ...]:
    """Place the lines one under the other, in the middle of the height."""
    title_step, step = round(title_size * _LEADING), round(_LINE_SIZE * _LEADING)
    top = (HEIGHT - len(title) * title_step - _GAP - len(below) * step) // 2
    middle = top + len(title) * title_step + _GAP
    return (
        *(
            Written(text, title_size, top + title_size + n * title_step)
            for n, text in enumerate(title)
        ),
        *(
            Written(text, _LINE_SIZE, middle + _LINE_SIZE + n * step)
            for n, text in enumerate(below)
        ),
    )


def _set(text: str, size: int) -> list[str]:
    return wrap(text, size, _TEXT_WIDTH)


def _bounded(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…"]
