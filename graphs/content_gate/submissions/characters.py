"""Characters that no honest text needs: they hide, reverse or break what a reader sees."""

import re
from collections.abc import Iterator

from graphs.content_gate.submissions.submission import Reason, place_in

_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"

_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{5}\U000e007f")
"""The flag of England, Scotland or Wales is spelt in hidden letters (UTS #51, C.1)."""

_FAULTS = {
    "bidi_override": (
        "characters that turn the reading direction",
        r"[\u202a-\u202e\u2066-\u2069]",
    ),
    "hidden_text": ("invisible characters", r"[\U000e0000-\U000e007f]"),
    "broken_text": ("marks of a broken encoding", r"[\ufffd\ufdd0-\ufdef\ufffe\uffff]"),
}

_IN_LINES = {"control_character": ("control characters", rf"[{_CONTROLS}]"), **_FAULTS}
_IN_ONE_LINE = {"control_character": ("control characters", rf"[{_CONTROLS}\t\n\r]"), **_FAULTS}


def find_characters(name: str, text: str, *, has_lines: bool = False) -> Iterator[Reason]:
    """Yield one reason per kind of bad character, with the first one's place."""
    seen = _FLAG.sub(lambda flag: " " * len(flag[0]), text)
    for code, (what, pattern) in (_IN_LINES if has_lines else _IN_ONE_LINE).items():
        positions = [match.start() for match in re.finditer(pattern, seen)]
        if positions:
            first = f"U+{ord(text[positions[0]]):04X}"
            message = f"{name} holds {what}: {len(positions)}, the first {first}"
            place = place_in(name, text, positions[0])
            yield Reason(check="format", code=code, message=message, place=place)
