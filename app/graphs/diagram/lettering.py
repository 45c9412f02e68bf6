"""Text in a picture: what XML can hold of it, how wide it is, where a long name is broken."""

import re
from unicodedata import east_asian_width

LINE_HEIGHT = 17.0

_CHARACTER_WIDTH = 8.0
"""The most that a character of the 13 px monospace font takes up."""

_LONGEST_LINE = 24


# A word with one separator behind it, or as much of a longer word as fits in a line.
_WORD = re.compile(rf"[^_\W]{{1,{_LONGEST_LINE - 1}}}[_\W]?|[_\W]")


# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Return the text with a mark for every character that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def width_of(text: str) -> float:
    """Return how many pixels one line takes up; a CJK character is as wide as two others."""
    cells = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return cells * _CHARACTER_WIDTH


def lines_of(name: str) -> list[str]:
    """Break a long name between its words; nothing of it is left out."""
    lines = [""]
    for word in _WORD.findall(name):
        if len(lines[-1]) + len(word) > _LONGEST_LINE:
            lines.append("")
        lines[-1] += word
    return lines
