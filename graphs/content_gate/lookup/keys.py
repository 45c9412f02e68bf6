"""Keys under which texts are alike that a reader would call the same."""

import hashlib
import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Left out first: they part a word only for a program (Unicode's Default_Ignorable_Code_Point)."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def text_key(text: str) -> str:
    """Return a text's words alone: case-folded, compatible letters made one, one space between."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return _BETWEEN_WORDS.sub(" ", plain).strip()


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text's words, in hexadecimal; empty for a text without words."""
    key = text_key(text)
    return hashlib.sha256(key.encode()).hexdigest() if key else ""
