"""Colours by the names people use, told from hue, saturation and brightness."""

from collections import Counter
from colorsys import rgb_to_hsv

from PIL import Image
from pydantic import BaseModel, Field

_PALETTE = 8
_SMALLEST_SHARE = 0.05

_HUES = (
    (15, "red"),
    (42, "orange"),
    (70, "yellow"),
    (165, "green"),
    (195, "turquoise"),
    (255, "blue"),
    (290, "violet"),
    (345, "pink"),
    (360, "red"),
)
"""Where each name ends on the wheel of 360 degrees."""


class Colour(BaseModel):
    """One of the colours that an image mostly consists of."""

    name: str
    share: float = Field(ge=0, le=1, description="Of the image's area.")


def main_colours(image: Image.Image) -> list[Colour]:
    """Return what colours an RGB image mostly consists of, the largest first."""
    few = image.quantize(_PALETTE, dither=Image.Dither.NONE).convert("RGB")
    shares: Counter[str] = Counter()
    for count, pixel in few.getcolors(_PALETTE) or []:
        red, green, blue = pixel if isinstance(pixel, tuple) else (0, 0, 0)
        shares[name_of(red, green, blue)] += count
    area = image.width * image.height
    return [
        Colour(name=name, share=round(count / area, 2))
        for name, count in shares.most_common()
        if count / area >= _SMALLEST_SHARE
    ]


def name_of(red: int, green: int, blue: int) -> str:
    """Return the name of a colour given in 0 to 255."""
    hue, saturation, value = rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value < 0.16:
        return "black"
    if saturation < 0.12:
        return "white" if value > 0.9 else "grey"
    name = next(name for end, name in _HUES if hue * 360 <= end)
    if name in ("red", "orange") and value < 0.6:
        return "brown"
    if name == "red" and saturation < 0.5:
        return "pink"
    return name
