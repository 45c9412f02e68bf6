"""Files deleted and rewritten together: all of it, or nothing."""

import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from app.cli.errors import NotWritten


def apply_changes(root: Path, *, deleted: Collection[str], written: Mapping[str, str]) -> None:
    """Delete files and folders, then write texts; raise NotWritten and leave all as it was."""
    try:
        trash = Path(tempfile.mkdtemp(prefix=".fanjoin-", dir=root))
    except OSError as error:
        raise NotWritten(f"nothing is changed: {root} cannot be written to ({error})") from error
    moved: list[tuple[Path, Path]] = []
    new = [root / name for name in written if not (root / name).exists()]
    try:
        for number, name in enumerate([*deleted, *written]):
            path = root / name
            if path.exists() or path.is_symlink():
                path.rename(trash / str(number))
                moved.append((path, trash / str(number)))
        for name, text in written.items():
            (root / name).write_text(text, encoding="utf-8")
    except OSError as error:
        _undo(moved, new)
        trash.rmdir()
        raise NotWritten(f"nothing is changed, because of {error}") from error
    for path, old in moved:
        if path.exists():
            shutil.copymode(old, path)
    shutil.rmtree(trash, ignore_errors=True)


def _undo(moved: list[tuple[Path, Path]], new: list[Path]) -> None:
    for path in new:
        path.unlink(missing_ok=True)
    for path, old in reversed(moved):
        old.replace(path)
