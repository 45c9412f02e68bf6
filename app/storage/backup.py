"""A copy of the SQLite files, taken while the service goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

FILES = ("fanjoin.db", "checkpoints.db", "store.db")
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
    present = [name for name in FILES if (data_dir / name).exists()]
    if FILES[0] not in present:
        raise BackupFailed(f"there is no {FILES[0]} in {data_dir}")
    if existing := [name for name in FILES if (target / name).exists()]:
        raise BackupFailed(f"{target / existing[0]} is there already: name a new folder")
    parts = [target / f"{name}.part" for name in present]
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, part in zip(present, parts, strict=True):
            part.unlink(missing_ok=True)
            _copy(data_dir / name, part)
        return [part.rename(part.with_suffix("")) for part in parts]
    except (OSError, sqlite3.Error) as error:
        for part in parts:
            part.unlink(missing_ok=True)
        raise BackupFailed(f"{data_dir} was not copied to {target}: {error}") from error


def _copy(source: Path, target: Path) -> None:
    address = f"{source.resolve().as_uri()}?mode=rw"  # never makes a file that is not there
    with (
        closing(sqlite3.connect(address, uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one step: copied bit by bit it would begin anew with every write.
        original.backup(copy, pages=-1)
