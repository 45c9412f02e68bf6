"""The index follows its folder, and reads again only what has changed."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphs.adapters.documents.index import DocumentIndex, index_in_memory, readable_index
from graphs.adapters.documents.search import find_passages
from tests.conftest import ROOT
from tests.graphs.adapters.documents.documents_at_hand import (
    SAMPLE_PDF,
    bring_up_to_date,
    encrypted_pdf,
    scanned_pdf,
    write,
)


@pytest.fixture
def index() -> DocumentIndex:
    return index_in_memory()


def paths_for(index: DocumentIndex, question: str) -> list[str]:
    return [Path(one.path).name for one in find_passages(index, question, limit=10)]


def test_every_document_is_indexed_with_its_pages(tmp_path: Path, index: DocumentIndex) -> None:
    write(tmp_path, a="# Ebb\n\nThe water falls.")
    (tmp_path / "b.txt").write_bytes("marée".encode("latin-1"))
    shutil.copy(SAMPLE_PDF, tmp_path / "c.pdf")

    done = bring_up_to_date(index, tmp_path)

    assert all(step.passages and not step.skipped for step in done.values())
    assert paths_for(index, "marée") == ["b.txt"]
    assert {one.page for one in find_passages(index, "MeyGen", limit=1)} == {2}


def test_unchanged_document_is_kept_unread(tmp_path: Path, index: DocumentIndex) -> None:
    write(tmp_path, a="ebb", b="flood")
    bring_up_to_date(index, tmp_path)
    (tmp_path / "a.md").chmod(0)

    done = bring_up_to_date(index, tmp_path)

    assert [(step.is_unchanged, step.passages) for step in done.values()] == [(True, 1)] * 2


def test_changed_document_is_read_again(tmp_path: Path, index: DocumentIndex) -> None:
    write(tmp_path, a="ebb", b="flood")
    bring_up_to_date(index, tmp_path)
    os.utime(write(tmp_path, a="low") / "a.md", ns=(1, 1))

    done = bring_up_to_date(index, tmp_path)

    assert not done["a.md"].is_unchanged
    assert done["b.md"].is_unchanged
    assert (paths_for(index, "ebb"), paths_for(index, "low")) == ([], ["a.md"])


def test_document_that_is_gone_leaves(tmp_path: Path, index: DocumentIndex) -> None:
    write(tmp_path / "deep", a="ebb")
    write(tmp_path, b="flood")
    bring_up_to_date(index, tmp_path)
    (tmp_path / "deep" / "a.md").unlink()

    bring_up_to_date(index, tmp_path)

    assert paths_for(index, "ebb flood") == ["b.md"]


def test_other_folders_stay_as_they_are(tmp_path: Path, index: DocumentIndex) -> None:
    one, other = write(tmp_path / "one", a="ebb"), write(tmp_path / "one-more", b="flood")
    bring_up_to_date(index, one)

    bring_up_to_date(index, other)
    bring_up_to_date(index, one)

    assert sorted(paths_for(index, "ebb flood")) == ["a.md", "b.md"]


def test_unreadable_documents_are_named_and_the_others_indexed(
    tmp_path: Path, index: DocumentIndex
) -> None:
    encrypted_pdf(tmp_path / "encrypted.pdf", password="secret")
    scanned_pdf(tmp_path / "scan.pdf")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (tmp_path / "binary.txt").write_bytes(b"\0\1")
    write(tmp_path, good="ebb")

    done = bring_up_to_date(index, tmp_path)

    reasons = {name: step.skipped or "" for name, step in done.items()}
    assert reasons.pop("broken.pdf").startswith("an unreadable PDF: ")
    assert reasons == {
        "binary.txt": "unknown encoding",
        "encrypted.pdf": "an encrypted PDF",
        "good.md": "",
        "scan.pdf": "no text in it, perhaps a scan",
    }
    assert paths_for(index, "ebb") == ["good.md"]


def test_document_that_became_unreadable_leaves(tmp_path: Path, index: DocumentIndex) -> None:
    write(tmp_path, a="ebb")
    bring_up_to_date(index, tmp_path)
    (tmp_path / "a.md").write_bytes(b"ebb\0")

    done = bring_up_to_date(index, tmp_path)

    assert done["a.md"].skipped == "unknown encoding"
    assert paths_for(index, "ebb") == []


def test_killed_run_leaves_an_index_that_is_searched_and_finished_later(tmp_path: Path) -> None:
    paragraph = "The tide comes in and the tide goes out.\n\n" * 350
    long = "f" * 200
    names = [f"{long}{number:03}" for number in range(150)]
    folder = write(tmp_path / "folder", **dict.fromkeys(names, paragraph))
    file = tmp_path / "data" / "documents.db"
    command = [sys.executable, "-m", "app", "documents", "index", str(folder)]
    environment = {**os.environ, "FANJOIN_DATA_DIR": str(file.parent)}

    # It tells of each document. Nobody reads that, so it stands still long before the last one.
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # on Linux, where it would hold 65,536 bytes
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        try:
            wait_for_files(file, at_least=5)
        finally:
            process.kill()

    with readable_index(file) as index:
        assert 5 <= len(index.files()) < 150
        assert all(indexed.passages for indexed in index.files())
        assert paths_for(index, "tide")
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    with readable_index(file) as index:
        assert len(index.files()) == 150


def wait_for_files(file: Path, *, at_least: int) -> None:
    """Wait until another process has put so many documents into its index."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if file.exists():
            with readable_index(file) as index:
                if index.has_files() and len(index.files()) >= at_least:
                    return
        time.sleep(0.01)
    raise AssertionError(f"{file} has not come to {at_least} documents")
