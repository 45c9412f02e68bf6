"""The text of one document, page by page where it has pages."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphs.adapters.documents.files import PDF_SUFFIXES
from graphs.adapters.documents.pdf import PdfFailed, read_pdf

MAX_PAGES = 2_000
"""A PDF with more pages is left out."""

MAX_CHARS = 10_000_000
"""A document with more text is left out: some ten thousand pages."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's mark, so it is asked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "cp1252")
_NEVER_IN_TEXT = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\v\x1b")


class UnreadableDocument(Exception):
    """A file has no text that could be indexed; the message says why, in a few words."""


@dataclass(frozen=True)
class Page:
    """One page of a PDF, or the whole of a document without pages."""

    text: str
    number: int | None = None


def read_pages(path: Path) -> list[Page]:
    """Return the pages that have text on them. Raises UnreadableDocument if there are none."""
    try:
        read = _read_pdf if path.suffix.lower() in PDF_SUFFIXES else _read_text
        pages = [page for page in _within_bounds(read(path)) if page.text.strip()]
    except OSError as error:
        raise UnreadableDocument(f"cannot be read: {error.strerror or error}") from error
    if not pages:
        raise UnreadableDocument("no text in it, perhaps a scan")
    return pages


def _within_bounds(pages: Iterator[Page]) -> Iterator[Page]:
    chars = 0
    for page in pages:
        chars += len(page.text)
        if chars > MAX_CHARS:
            raise UnreadableDocument(f"more than {MAX_CHARS:,} characters")
        yield page


def _read_text(path: Path) -> Iterator[Page]:
    data = path.read_bytes()
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    for encoding in marked[:1] or _GUESSES:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NEVER_IN_TEXT.isdisjoint(text):
            yield Page(text)
            return
    raise UnreadableDocument("unknown encoding")


def _read_pdf(path: Path) -> Iterator[Page]:
    try:
        pages = read_pdf(path, most_pages=MAX_PAGES, most_chars=MAX_CHARS)
    except PdfFailed as error:
        raise UnreadableDocument(str(error)) from error
    yield from (Page(text, number) for number, text in pages)
