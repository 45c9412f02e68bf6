"""What every source of knowledge can do: search, and read what it found.

Hits and passages are plain JSON, because they travel in graph state.
"""

from typing import Protocol

from typing_extensions import TypedDict

from graphs.adapters.excerpts import excerpt

PASSAGE_CHARS = 6_000
"""No passage is longer: about 1,500 tokens, so that a small model can read it."""

TITLE_CHARS = 300


class Hit(TypedDict):
    """Something a search found."""

    title: str
    url: str
    """Where a reader finds it: an address, or a path."""

    text: str
    """What the search itself said of it, a snippet or an abstract; may be empty."""


class Passage(TypedDict):
    """What was read of a hit."""

    title: str
    url: str
    text: str
    """At most `PASSAGE_CHARS`."""


class Source(Protocol):
    """A place to search; cheap to make, and it reads its settings when it is used.

    Finding nothing is an empty list. Whatever else goes wrong is a `SourceError`.
    """

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        """Return at most `limit` hits, the best first."""

    async def read(self, hit: Hit) -> Passage:
        """Return the text of a hit that this source found."""


def hit_of(title: str, url: str, text: str) -> Hit:
    """Return a hit whose title and text are no longer than they may be."""
    title, text = _bounded(title, text)
    return Hit(title=title, url=url, text=text)


def passage_of(title: str, url: str, text: str) -> Passage:
    """Return a passage whose title and text are no longer than they may be."""
    title, text = _bounded(title, text)
    return Passage(title=title, url=url, text=text)


def _bounded(title: str, text: str) -> tuple[str, str]:
    return excerpt(title.strip(), TITLE_CHARS), excerpt(text.strip(), PASSAGE_CHARS)
