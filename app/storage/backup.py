"""A copy of the SQLite files, taken while the service goes on."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from app.storage.data_folder import make_private_file, make_private_folder
from app.storage.engines import CHECKPOINTS_FILE, FILE, STORE_FILE

FILES = (FILE, CHECKPOINTS_FILE, STORE_FILE)
"""In this order: a run in the older file finds a newer checkpoint and goes on from it. The other
way round it might miss one."""


class BackupFailed(Exception):
    """The data folder was not copied; what was copied of it is gone again."""


def back_up(data_dir: Path, target: Path) -> list[Path]:
    """Copy each file as it stands at one moment into `target`, and return the copies.

    Writers go on meanwhile.

    Raises:
        BackupFailed: there is nothing to copy, or `target` holds a backup or does not take one.
    """
    present = _present(data_dir)
    if FILES[0] not in present:
        raise BackupFailed(f"there is no {FILES[0]} in {data_dir}")
    if existing := _present(target):
        raise BackupFailed(f"{target / existing[0]} is there already: name a new folder")
    copies = [target / name for name in present]
    parts = [target / f"{name}.part" for name in present]
    try:
        make_private_folder(target)
        for name, part in zip(present, parts, strict=True):
            part.unlink(missing_ok=True)
            make_private_file(part)
            _copy(data_dir / name, part)
        # The runs last: with them the folder looks whole, and what a kill left of it must not.
        for part, copy in reversed(list(zip(parts, copies, strict=True))):
            part.rename(copy)
    except (OSError, sqlite3.Error) as error:
        for path in (*parts, *copies):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise BackupFailed(f"{data_dir} was not copied to {target}: {error}") from error
    return copies


def _present(folder: Path) -> list[str]:
    try:
        return [name for name in FILES if (folder / name).exists()]
    except (OSError, ValueError) as error:
        raise BackupFailed(f"{folder} cannot be read: {error}") from error


def _copy(source: Path, target: Path) -> None:
    address = f"{source.resolve().as_uri()}?mode=rw"  # never makes a file that is not there
    with (
        closing(sqlite3.connect(address, uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one step: copied bit by bit it would begin anew with every write.
        original.backup(copy, pages=-1)
