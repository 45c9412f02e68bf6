"""A document cut into passages, short enough to be found and cited by themselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from graphs.adapters.documents.files import MARKDOWN_SUFFIXES
from graphs.adapters.documents.text import Page
from graphs.adapters.excerpts import excerpt
from graphs.adapters.sources import TITLE_CHARS
from graphs.adapters.stretches import stretches

PASSAGE_TOKENS = 200

_TOKENS_OF = "gpt-4o"
_STRETCH_CHARS = 20_000


@dataclass(frozen=True)
class DocumentPassage:
    """A passage, and the page it stands on in a document that has pages."""

    text: str
    page: int | None = None


def split_pages(path: Path, pages: Iterable[Page]) -> list[DocumentPassage]:
    """Cut each page at headings, paragraphs or sentences, the best that fits PASSAGE_TOKENS."""
    splitter = _splitter(path)
    return [
        DocumentPassage(text, page.number)
        for page in pages
        for stretch in stretches(page.text, _STRETCH_CHARS)
        for text in splitter.chunks(stretch)
    ]


def title_of(path: Path, pages: Iterable[Page]) -> str:
    """Return the heading that a Markdown document begins with, else the file's name.

    A heading is cut at TITLE_CHARS.
    """
    if path.suffix.lower() in MARKDOWN_SUFFIXES:
        for page in pages:
            if heading := re.match(r"\s*#[ \t]+(\S.*)", page.text):
                return excerpt(heading[1].rstrip("# \t\r"), TITLE_CHARS)
    return path.name


def _splitter(path: Path) -> MarkdownSplitter | TextSplitter:
    """Make a splitter; only the process's first one reads the vocabulary, in 0.2 s."""
    kind = MarkdownSplitter if path.suffix.lower() in MARKDOWN_SUFFIXES else TextSplitter
    return kind.from_tiktoken_model(_TOKENS_OF, PASSAGE_TOKENS)
