"""Colours that go together: ink that can be read on a ground, and tints of it."""

from PIL import ImageColor

WHITE = "#ffffff"
DARK = "#1a1a1a"


def ink_on(ground: str) -> str:
    """Return white or near-black, whichever reads better on a `#rrggbb` ground.

    That is the higher contrast ratio of WCAG 2.2 ("contrast ratio", "relative luminance").
    """
    return max((WHITE, DARK), key=lambda ink: contrast(ink, ground))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def tint(colour: str, towards: str, share: float) -> str:
    """Return the colour moved by that share of the way towards another."""
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return ImageColor.getrgb(colour)[:3]
