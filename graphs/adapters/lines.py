"""Text for one line: a subject, a title, a header, which a line break would end too early."""

import re

_NEVER_WRITTEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and what is no character; XML and mail headers may not hold them."""


def one_line(text: str) -> str:
    """Return the text with every run of white space, line breaks included, as one space.

    Raises:
        ValueError: nothing that can be seen is left.
    """
    line = " ".join(_NEVER_WRITTEN.sub("", text).split())
    if not any(one.isprintable() and one != " " for one in line):
        raise ValueError("there is no text in it")
    return line
