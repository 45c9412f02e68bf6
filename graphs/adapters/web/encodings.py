"""Bytes of a page to text, by the order the HTML Standard gives: mark, header, declaration."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(rb"""<meta[^>]{1,300}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 1024
"""Bytes; where the Standard stops looking."""

_READ_AS_WINDOWS = frozenset({"ascii", "iso8859-1"})
"""The Standard reads both as windows-1252, which is what their senders mean."""


def decode(content: bytes, charset: str | None, *, is_html: bool = False) -> str:
    """Return bytes as text; what an encoding cannot read becomes U+FFFD.

    `charset` is what the HTTP header said. An unknown encoding, or none, is UTF-8.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    declared = _DECLARATION.search(content[:_DECLARED_WITHIN]) if is_html else None
    named = charset or (declared[1].decode("ascii", "replace") if declared else "utf-8")
    try:
        name = codecs.lookup(named).name
        return content.decode("cp1252" if name in _READ_AS_WINDOWS else name, "replace")
    except (LookupError, UnicodeError, ValueError):  # unknown, or one that is no text encoding
        return content.decode("utf-8", "replace")
