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

_KNOWN = frozenset(
    {
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "cp866", "cp874", "koi8-r", "koi8-u",
        "mac-roman", "mac-cyrillic", "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "euc_jp",
        "iso2022_jp", "shift_jis", "cp932", "euc_kr", "cp949", "tis-620",
        *(f"cp125{number}" for number in range(9)),
        *(f"iso8859-{number}" for number in (*range(1, 12), *range(13, 17))),
    }
)  # fmt: skip
"""Python's names of the Standard's encodings; some of its other codecs take half a minute."""

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
    except (LookupError, ValueError):
        name = "utf-8"
    if name in _READ_AS_WINDOWS:
        name = "cp1252"
    return content.decode(name if name in _KNOWN else "utf-8", "replace")
