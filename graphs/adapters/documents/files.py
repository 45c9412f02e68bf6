"""The documents in a folder: which files there are to index, and which are left out and why."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
PDF_SUFFIXES = frozenset({".pdf"})
TEXT_SUFFIXES = frozenset({".txt", ".text"})
SUFFIXES = MARKDOWN_SUFFIXES | PDF_SUFFIXES | TEXT_SUFFIXES

MAX_BYTES = 50_000_000
"""A larger file is left out."""

MAX_DEPTH = 16
"""Folders that lie deeper than this below the first are left out."""


@dataclass(frozen=True)
class DocumentFile:
    """A file to index, as it was when the folder was looked at."""

    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class SkippedFile:
    """What is not indexed, and why."""

    path: Path
    reason: str


@dataclass
class FolderContents:
    """Everything found in a folder, in the order of the paths."""

    folder: Path
    documents: list[DocumentFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)


def find_documents(folder: Path) -> FolderContents:
    """List the documents below a folder.

    Hidden files and folders are passed over, and no symbolic link is followed: it could lead out of
    the folder, and what it names inside is found without it.
    """
    contents = FolderContents(folder.resolve())
    for entry in _entries(contents.folder, contents.skipped):
        _sort_in(entry, contents)
    contents.documents.sort(key=lambda document: document.path)
    contents.skipped.sort(key=lambda skipped: skipped.path)
    return contents


def _entries(
    folder: Path, skipped: list[SkippedFile], depth: int = 0
) -> Iterator[os.DirEntry[str]]:
    """Yield every visible entry that is no folder, from the folder and those below it."""
    if depth > MAX_DEPTH:
        skipped.append(SkippedFile(folder, f"deeper than {MAX_DEPTH} folders"))
        return
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        skipped.append(SkippedFile(folder, f"cannot be read: {error.strerror}"))
        return
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), skipped, depth + 1)
        else:
            yield entry


def _sort_in(entry: os.DirEntry[str], contents: FolderContents) -> None:
    path = Path(entry.path)
    if reason := _why_not(entry):
        contents.skipped.append(SkippedFile(path, reason))
        return
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        contents.skipped.append(SkippedFile(path, f"cannot be read: {error.strerror}"))
        return
    if status.st_size > MAX_BYTES:
        contents.skipped.append(SkippedFile(path, f"larger than {MAX_BYTES // 1_000_000} MB"))
    else:
        contents.documents.append(DocumentFile(path, status.st_size, status.st_mtime_ns))


def _why_not(entry: os.DirEntry[str]) -> str | None:
    if entry.is_symlink():
        return "a symbolic link"
    if Path(entry.name).suffix.lower() not in SUFFIXES or not entry.is_file():
        return "not text, Markdown or PDF"
    if any("\ud800" <= letter <= "\udfff" for letter in entry.path):
        return "its name is not valid text"
    return None
