"""Which files of a folder are documents, and why others are left out."""

import os
from pathlib import Path

import pytest

from graphs.adapters.documents.files import (
    MAX_BYTES,
    MAX_DEPTH,
    DocumentFile,
    FolderContents,
    find_documents,
)
from tests.graphs.adapters.documents.documents_at_hand import huge_file, write


def names(contents: FolderContents) -> list[str]:
    return [str(document.path.relative_to(contents.folder)) for document in contents.documents]


def reasons(contents: FolderContents) -> dict[str, str]:
    return {
        str(skipped.path.relative_to(contents.folder)): skipped.reason
        for skipped in contents.skipped
    }


def test_text_markdown_and_pdf_are_found_in_every_folder(tmp_path: Path) -> None:
    for name in ("a.txt", "b.TEXT", "c.md", "d.Markdown", "e.pdf"):
        (tmp_path / name).touch()
    write(tmp_path / "deep" / "deeper", f="f")

    contents = find_documents(tmp_path)

    assert names(contents) == ["a.txt", "b.TEXT", "c.md", "d.Markdown", "deep/deeper/f.md", "e.pdf"]
    assert contents.skipped == []


def test_document_comes_with_its_size_and_time_of_change(tmp_path: Path) -> None:
    write(tmp_path, a="four")
    os.utime(tmp_path / "a.md", ns=(5, 7))

    (document,) = find_documents(tmp_path).documents

    assert document == DocumentFile(tmp_path / "a.md", size=4, mtime_ns=7)


def test_other_kinds_of_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.docx").touch()
    os.mkfifo(tmp_path / "b.txt")

    contents = find_documents(tmp_path)

    assert contents.documents == []
    assert set(reasons(contents).values()) == {"not text, Markdown or PDF"}
    assert set(reasons(contents)) == {"a.docx", "b.txt"}


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / ".git", a="a")
    (tmp_path / ".b.md").touch()

    contents = find_documents(tmp_path)

    assert (contents.documents, contents.skipped) == ([], [])


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", secret="secret")
    folder = write(tmp_path / "folder", a="a")
    (folder / "file.md").symlink_to(outside / "secret.md")
    (folder / "folder").symlink_to(outside)
    (folder / "nowhere.md").symlink_to(outside / "gone.md")

    contents = find_documents(folder)

    assert names(contents) == ["a.md"]
    assert reasons(contents) == dict.fromkeys(
        ["file.md", "folder", "nowhere.md"], "a symbolic link"
    )


def test_folder_may_itself_be_named_by_a_link(tmp_path: Path) -> None:
    folder = write(tmp_path / "folder", a="a")
    (tmp_path / "link").symlink_to(folder)

    contents = find_documents(tmp_path / "link")

    assert contents.folder == folder
    assert names(contents) == ["a.md"]


def test_huge_file_is_left_out_unread(tmp_path: Path) -> None:
    huge_file(tmp_path / "a.txt", MAX_BYTES + 1)
    huge_file(tmp_path / "b.txt", MAX_BYTES)

    contents = find_documents(tmp_path)

    assert reasons(contents) == {"a.txt": "larger than 50 MB"}
    assert names(contents) == ["b.txt"]


def test_folders_end_somewhere(tmp_path: Path) -> None:
    deepest = tmp_path.joinpath(*["d"] * MAX_DEPTH)
    write(deepest, a="a")
    write(deepest / "d", b="b")

    contents = find_documents(tmp_path)

    assert [document.path.name for document in contents.documents] == ["a.md"]
    assert list(reasons(contents).values()) == [f"deeper than {MAX_DEPTH} folders"]


def test_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    contents = find_documents(tmp_path)

    assert contents.documents == []
    assert list(reasons(contents).values()) == ["its name is not valid text"]
