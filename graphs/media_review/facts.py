"""What can be told of an image without looking at what it shows: measured, not understood."""

from PIL import Image, ImageStat
from pydantic import BaseModel, Field

from graphs.media_review.colours import Colour, main_colours

_EDGE = 128
"""Pixels are enough for means and shares."""

_WORDS: dict[str, tuple[tuple[float, str], ...]] = {
    "brightness": ((0.35, "dark"), (0.6, "of medium brightness"), (1, "bright")),
    "warmth": ((-0.08, "cold"), (0.08, "neither warm nor cold"), (1, "warm")),
    "saturation": ((0.12, "almost colourless"), (0.4, "muted"), (1, "vivid")),
    "contrast": ((0.3, "low in contrast"), (0.6, ""), (1, "high in contrast")),
}
"""Where each word ends."""


class ImageFacts(BaseModel):
    """An image in numbers."""

    brightness: float = Field(ge=0, le=1)
    contrast: float = Field(ge=0, le=1, description="1 when half is black and half is white.")
    saturation: float = Field(ge=0, le=1)
    warmth: float = Field(ge=-1, le=1, description="Red less blue: above 0 is warm.")
    colours: list[Colour] = Field(description="The main ones, the largest first.")
    in_words: str


def image_facts(image: Image.Image) -> ImageFacts:
    """Return what is measured of an RGB image."""
    seen = image.copy()
    seen.thumbnail((_EDGE, _EDGE))
    red, _, blue = ImageStat.Stat(seen).mean
    grey = ImageStat.Stat(seen.convert("L"))
    measured = {
        "brightness": round(grey.mean[0] / 255, 2),
        "warmth": round((red - blue) / 255, 2),
        "saturation": round(ImageStat.Stat(seen.convert("HSV")).mean[1] / 255, 2),
        "contrast": min(1, round(grey.stddev[0] / 127.5, 2)),
    }
    colours = main_colours(seen)
    words = [word for name, value in measured.items() if (word := _word(name, value))]
    shares = ", ".join(f"{colour.name} {colour.share:.0%}" for colour in colours)
    return ImageFacts(**measured, colours=colours, in_words=f"{', '.join(words)} ({shares})")


def _word(name: str, value: float) -> str:
    return next(word for end, word in _WORDS[name] if value <= end)
