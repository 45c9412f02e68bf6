"""Text in pictures: a font that has its letters, and lines that fit a width.

Pillow brings a font for plain English. Others are taken where the machine has them; where none
does, a picture goes without the line rather than with boxes in place of letters.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from PIL import ImageFont

FONTS = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf")
"""Tried in turn; Pillow looks for them where the system keeps its fonts."""

_NO_LETTER = "\uffff"
"""No font has it: what is drawn for it is drawn for every letter a font lacks."""


def font_for(text: str, size: int) -> ImageFont.FreeTypeFont | None:
    """Return a font with every letter of the text; None when the machine has none."""
    return next((font for font in _fonts(size) if _spells(font, text)), None)


def width_of(text: str, size: int) -> float:
    """Return the width in pixels; where no font has the letters, what they take at the most."""
    font = font_for(text, size)
    return font.getlength(text) if font else float(size * len(text))


def wrap(text: str, size: int, width: float) -> list[str]:
    """Return the text in lines no wider than `width`, cut at spaces, within words if it must be."""
    lines = [""]
    for word in _pieces(text, size, width):
        longer = f"{lines[-1]} {word}".lstrip()
        if width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _pieces(text: str, size: int, width: float) -> Iterator[str]:
    for word in unicodedata.normalize("NFC", text).split():
        rest = word
        while rest:
            fits = next(
                n for n in range(len(rest), 0, -1) if n == 1 or _fits(rest[:n], size, width)
            )
            yield rest[:fits]
            rest = rest[fits:]


def _fits(text: str, size: int, width: float) -> bool:
    return width_of(text, size) <= width


def _spells(font: ImageFont.FreeTypeFont, text: str) -> bool:
    return all(_has(font, letter) for letter in text if not letter.isspace())


@lru_cache(maxsize=4096)
def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_LETTER))


@lru_cache(maxsize=32)
def _fonts(size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    return tuple(font for name in (*FONTS, None) if (font := _load(name, size)) is not None)


def _load(name: str | None, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        font = ImageFont.load_default(size) if name is None else ImageFont.truetype(name, size)
    except OSError:
        return None
    return font if isinstance(font, ImageFont.FreeTypeFont) else None
