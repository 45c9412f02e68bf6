"""What is read of a document, and what is said of one that cannot be read."""

from pathlib import Path

import pytest
from pypdf import PdfWriter

from graphs.adapters.documents.text import (
    MAX_CHARS,
    MAX_PAGES,
    Page,
    UnreadableDocument,
    read_pages,
)
from tests.graphs.adapters.documents.documents_at_hand import SAMPLE_PDF, encrypted_pdf, scanned_pdf

TEXT = "Ebbe und Flut: schön, größer… und 5 € teurer."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"], ids=str)
def test_text_is_read_in_the_encodings_it_comes_in(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, encoding=encoding)

    assert read_pages(file) == [Page(TEXT)]


def test_latin_1_text_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("marée haute à Saint-Malo".encode("latin-1"))

    assert read_pages(file) == [Page("marée haute à Saint-Malo")]


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02", "潮汐発電。".encode("shift-jis"), "\ufeffab".encode("utf-16-le") + b"c"],
    ids=["binary", "shift-jis", "torn utf-16"],
)
def test_unknown_encoding_is_said(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(data)

    with pytest.raises(UnreadableDocument, match=r"^unknown encoding$"):
        read_pages(file)


def test_pages_of_a_pdf_are_numbered() -> None:
    first, second = read_pages(SAMPLE_PDF)

    assert (first.number, second.number) == (1, 2)
    assert "cube of its speed" in first.text
    assert "MeyGen" in second.text


def test_pdf_without_a_password_to_open_it_is_read(tmp_path: Path) -> None:
    file = encrypted_pdf(tmp_path / "a.pdf", password="")

    assert len(read_pages(file)) == 2


def test_encrypted_pdf_is_said(tmp_path: Path) -> None:
    file = encrypted_pdf(tmp_path / "a.pdf", password="secret")

    with pytest.raises(UnreadableDocument, match=r"^an encrypted PDF$"):
        read_pages(file)


def test_scan_is_said(tmp_path: Path) -> None:
    file = scanned_pdf(tmp_path / "a.pdf")

    with pytest.raises(UnreadableDocument, match="no text in it, perhaps a scan"):
        read_pages(file)


@pytest.mark.parametrize(
    "data",
    [b"", b"no PDF at all", SAMPLE_PDF.read_bytes()[:900], b"%PDF-1.4\ntrailer<</Root 1 0 R>>"],
    ids=["empty", "another kind", "cut off", "hollow"],
)
def test_broken_pdf_is_said(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(data)

    with pytest.raises(UnreadableDocument, match="an unreadable PDF"):
        read_pages(file)


def test_pdf_with_too_many_pages_is_said(tmp_path: Path) -> None:
    writer = PdfWriter()
    for _ in range(MAX_PAGES + 1):
        writer.add_blank_page(width=10, height=10)
    writer.write(tmp_path / "a.pdf")

    with pytest.raises(UnreadableDocument, match="more than 2,000 pages"):
        read_pages(tmp_path / "a.pdf")


def test_too_much_text_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a" * (MAX_CHARS + 1))

    with pytest.raises(UnreadableDocument, match="more than 10,000,000 characters"):
        read_pages(file)


def test_file_that_is_gone_meanwhile_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="cannot be read: No such file"):
        read_pages(tmp_path / "a.txt")
