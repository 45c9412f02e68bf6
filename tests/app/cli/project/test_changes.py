"""Deletions and writes are done together or not at all."""

from pathlib import Path

import pytest

from app.cli.errors import NotWritten
from app.cli.project.changes import apply_changes
from tests.app.cli.project.small_project import files_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("folder/one.txt", "two.txt", "three.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_folders_and_files_are_deleted_and_texts_written(root: Path) -> None:
    (root / "three.txt").chmod(0o600)

    apply_changes(root, deleted=["folder", "two.txt"], written={"three.txt": "3", "new.txt": "4"})

    assert files_in(root) == {"three.txt": "3", "new.txt": "4"}
    assert (root / "three.txt").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in root.iterdir()) == ["new.txt", "three.txt"]


def test_what_cannot_be_written_leaves_everything_as_it_was(root: Path) -> None:
    before = files_in(root)

    with pytest.raises(NotWritten, match="nothing is changed"):
        apply_changes(root, deleted=["folder"], written={"two.txt": "2", "no/where.txt": "4"})

    assert files_in(root) == before
    with pytest.raises(NotWritten, match="nothing is changed"):
        apply_changes(root, deleted=["x" * 999], written={"two.txt": "2"})
    assert files_in(root) == before
    assert len(list(root.iterdir())) == 3
