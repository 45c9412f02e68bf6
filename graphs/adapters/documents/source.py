"""The user's own documents as a source; the samples as long as none are indexed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from graphs.adapters.documents.files import find_documents
from graphs.adapters.documents.index import DocumentIndex, index_in_memory, readable_index
from graphs.adapters.documents.indexing import index_folder
from graphs.adapters.documents.search import MatchingPassage, find_passages, read_on
from graphs.adapters.environment import text_in
from graphs.adapters.sources import PASSAGE_CHARS, Hit, Passage

SAMPLES = Path(__file__).parent / "samples"
"""A few short texts on tidal power."""

SAMPLES_NOTE = "The documents are the shipped samples; `fanjoin documents index` indexes your own."
"""What an answer made from the samples says."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class DocumentSettings:
    """Where the index is."""

    data_dir: Path = Path(".data")
    """`FANJOIN_DATA_DIR`: where the indexed documents are stored."""

    @classmethod
    def read(cls) -> Self:
        """Read the process environment as it is now."""
        return cls(data_dir=Path(text_in("FANJOIN_DATA_DIR") or cls.data_dir))


class Documents:
    """Searches what `fanjoin documents index` has indexed in `FANJOIN_DATA_DIR`.

    A hit's `url` is the document's path, with `#page=3` where it has pages.
    """

    async def search(self, query: str, *, limit: int) -> list[Hit]:
        return await asyncio.to_thread(_search, query, limit)

    async def read(self, hit: Hit) -> Passage:
        """Return the passage with its neighbours on the same page."""
        return await asyncio.to_thread(_read, hit)

    async def is_sample(self) -> bool:
        """Tell whether the samples are searched, because no document is indexed."""
        return await asyncio.to_thread(_is_sample)


def index_file() -> Path:
    return DocumentSettings.read().data_dir / "documents.db"


@contextmanager
def open_own_index() -> Iterator[DocumentIndex | None]:
    """Open the user's index; it is None as long as it holds no document."""
    file = index_file()
    if not file.exists():
        yield None
        return
    with readable_index(file) as index:
        yield index if index.has_files() else None


def _search(query: str, limit: int) -> list[Hit]:
    with _open_index() as index:
        return [_hit(passage) for passage in find_passages(index, query, limit=limit)]


def _read(hit: Hit) -> Passage:
    path, page = _place(hit["url"])
    with _open_index() as index:
        text = read_on(index, path, page, hit["text"], chars=PASSAGE_CHARS)
    return Passage(title=hit["title"], url=hit["url"], text=text)


def _is_sample() -> bool:
    with open_own_index() as own:
        return own is None


def _hit(passage: MatchingPassage) -> Hit:
    if passage.page is None:
        return Hit(title=passage.title, url=passage.path, text=passage.text)
    title, url = f"{passage.title}, page {passage.page}", f"{passage.path}#page={passage.page}"
    return Hit(title=title, url=url, text=passage.text)


def _place(url: str) -> tuple[str, int | None]:
    """Take path and page from a hit's url; no indexed path ends like a page."""
    path, mark, page = url.rpartition("#page=")
    return (path, int(page)) if mark and page.isdecimal() else (url, None)


@contextmanager
def _open_index() -> Iterator[DocumentIndex]:
    with open_own_index() as own:
        yield own or _sample_index()


def _sample_index() -> DocumentIndex:
    with _one_at_a_time:
        return _make_sample_index()


@cache
def _make_sample_index() -> DocumentIndex:
    index = index_in_memory()
    list(index_folder(index, find_documents(SAMPLES)))
    # Where they are installed is nobody's business: `samples/barrages.md`.
    index.connection.execute(
        "UPDATE files SET path = substr(path, ?)", (len(f"{SAMPLES.parent}/") + 1,)
    )
    return index
