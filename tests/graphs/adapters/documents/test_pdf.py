"""A PDF is read in a process of its own, which always ends."""

import os
import threading
from pathlib import Path

import psutil
import pytest

from graphs.adapters.documents import pdf
from graphs.adapters.documents.pdf import PdfFailed, read_pdf
from tests.graphs.adapters.documents.documents_at_hand import SAMPLE_PDF
from tests.patience import wait_until

LIMITS = {"most_pages": 10, "most_chars": 100_000}


def children() -> list[psutil.Process]:
    return psutil.Process().children()


def test_pages_come_with_their_numbers() -> None:
    (number, text), _ = read_pdf(SAMPLE_PDF, **LIMITS)

    assert number == 1
    assert "cube of its speed" in text


def test_a_reader_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.0)

    with pytest.raises(PdfFailed, match="not done after 0 s"):
        read_pdf(SAMPLE_PDF, **LIMITS)

    assert not children()


def test_a_reader_that_takes_too_much_memory_ends_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf, "MEMORY", 1)

    with pytest.raises(PdfFailed, match="an unreadable PDF"):
        read_pdf(SAMPLE_PDF, **LIMITS)


def test_more_characters_than_asked_for_are_not_read() -> None:
    with pytest.raises(PdfFailed, match="more than 10 characters"):
        read_pdf(SAMPLE_PDF, most_pages=10, most_chars=10)


def test_a_module_in_the_working_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pypdf.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)

    assert len(read_pdf(SAMPLE_PDF, **LIMITS)) == 2


def test_a_reader_that_is_killed_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pdf")  # which nobody writes to: the reader waits for ever

    def kill() -> None:
        wait_until(lambda: bool(children()), "the reader")
        children()[0].kill()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(PdfFailed, match="ended with status -9"):
        read_pdf(tmp_path / "a.pdf", **LIMITS)
    thread.join()
