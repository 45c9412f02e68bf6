"""Keys under which texts are alike that a reader would call the same."""

import hashlib
import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
"""Left out first: they part a word only for a program."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def text_key(text: str) -> str:
    """Return a text's words alone: case-folded, compatible letters made one, one space between."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return _BETWEEN_WORDS.sub(" ", plain).strip()


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text's words, in hexadecimal; empty for a text without words."""
    key = text_key(text)
    return hashlib.sha256(key.encode()).hexdigest() if key else ""
