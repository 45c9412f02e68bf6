"""Brings the index up to date with a folder, reading only what has changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphs.adapters.documents.files import DocumentFile, FolderContents
from graphs.adapters.documents.index import DocumentIndex, IndexedFile
from graphs.adapters.documents.passages import split_pages, title_of
from graphs.adapters.documents.text import UnreadableDocument, read_pages


@dataclass(frozen=True)
class Indexing:
    """What became of one document."""

    path: Path
    passages: int = 0
    is_unchanged: bool = False
    skipped: str | None = None
    """Why it is not in the index."""


def index_folder(index: DocumentIndex, contents: FolderContents) -> Iterator[Indexing]:
    """Index a folder's documents, and yield each when it is done.

    What is gone from the folder leaves the index first. A document counts as unchanged while its
    size and its time of change are those it was indexed with.
    """
    indexed = {file.path: file for file in index.files()}
    index.remove(_gone(contents, indexed))
    for document in contents.documents:
        before = indexed.get(str(document.path))
        if before and (before.size, before.mtime_ns) == (document.size, document.mtime_ns):
            yield Indexing(document.path, before.passages, is_unchanged=True)
        else:
            yield _index(index, document)


def _gone(contents: FolderContents, indexed: dict[str, IndexedFile]) -> list[str]:
    there = {str(document.path) for document in contents.documents}
    return [
        path for path in indexed if Path(path).is_relative_to(contents.folder) and path not in there
    ]


def _index(index: DocumentIndex, document: DocumentFile) -> Indexing:
    try:
        pages = read_pages(document.path)
    except UnreadableDocument as reason:
        index.remove([str(document.path)])
        return Indexing(document.path, skipped=str(reason))
    passages = split_pages(document.path, pages)
    index.put(document, title_of(document.path, pages), passages)
    return Indexing(document.path, len(passages))
