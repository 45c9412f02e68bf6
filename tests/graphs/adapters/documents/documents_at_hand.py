"""Real documents for the tests: each returns the path it wrote."""

import os
from pathlib import Path

from pypdf import PdfWriter

from graphs.adapters.documents.files import find_documents
from graphs.adapters.documents.index import DocumentIndex
from graphs.adapters.documents.indexing import Indexing, index_folder
from graphs.adapters.documents.source import SAMPLES

SAMPLE_PDF = SAMPLES / "stream_turbines.pdf"


def write(folder: Path, **texts: str) -> Path:
    """Write `name.md` for each text and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def scanned_pdf(path: Path) -> Path:
    """Write a PDF whose page bears no text."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(path)
    return path


def encrypted_pdf(path: Path, password: str) -> Path:
    writer = PdfWriter(clone_from=SAMPLE_PDF)
    writer.encrypt(password, algorithm="AES-256")
    writer.write(path)
    return path


def huge_file(path: Path, size: int) -> Path:
    """Make a file of this size that takes no room on the disk."""
    path.touch()
    os.truncate(path, size)
    return path


def bring_up_to_date(index: DocumentIndex, folder: Path) -> dict[str, Indexing]:
    """Index the folder and tell by file name what became of each document."""
    return {step.path.name: step for step in index_folder(index, find_documents(folder))}
