"""Whether SQLite's files are still the ones that this process opened.

What is deleted or replaced under a running process stays open, and takes writes that nobody will
ever read again.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

_LOGS = ("-wal", "-shm")
"""Without the log a commit is lost; without the shared memory two processes do not see each
other's."""


_REMEDY = "stop the service, put the data folder in order or restore a backup, and start it again"

_MAGIC = b"SQLite format 3\0"
"""How each database begins, whatever is in it: <https://sqlite.org/fileformat.html>."""


class OpenedFiles:
    """Some databases of a folder, each with the logs that SQLite keeps beside it."""

    def __init__(self, folder: Path, names: Sequence[str], *others: str) -> None:
        """`others` are files that only must stay where they are."""
        self._databases = [folder / name for name in names]
        self._others = [folder / name for name in others]
        self._logs = [folder / f"{name}{end}" for name in names for end in _LOGS]
        self._opened: dict[Path, tuple[int, int]] = {}
        """Device and inode of each, as it was first seen."""

        self._descriptors: dict[Path, int] = {}
        """Open until the end: closing one gives up all locks that SQLite holds on the file."""

    def look(self, *, with_logs: bool, with_contents: bool = True) -> str | None:
        """Say which file is not the one that was opened, and what to do; it takes microseconds.

        The first look, right after the files were opened, remembers them. `with_logs` once this
        process has written to them: before, SQLite may still put other logs in their place.
        `with_contents` also looks whether a database still begins like one.
        """
        paths = [*self._databases, *self._others, *(self._logs if with_logs else ())]
        reasons = [reason for path in paths if (reason := self._absence(path)) is not None]
        if with_contents and not reasons:
            reasons = [reason for path in self._databases if (reason := self._damage(path))]
        return f"{reasons[0]}: {_REMEDY}" if reasons else None

    def close(self) -> None:
        """Look no more. No connection of this process to the files may be open."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    def _absence(self, path: Path) -> str | None:
        opened = self._opened.get(path)
        try:
            status = path.stat()
        except FileNotFoundError:
            return None if opened is None else f"{path.name} was deleted"
        except OSError as error:
            return f"{path.name} cannot be reached ({error.strerror})"
        identity = (status.st_dev, status.st_ino)
        is_same = self._opened.setdefault(path, identity) == identity
        return None if is_same else f"{path.name} was replaced"

    def _damage(self, path: Path) -> str | None:
        if path not in self._opened or sys.platform == "win32":  # which has no pread
            return None
        try:
            if path not in self._descriptors:
                self._descriptors[path] = os.open(path, os.O_RDONLY)
            start = os.pread(self._descriptors[path], len(_MAGIC), 0)
        except OSError as error:
            return f"{path.name} cannot be read ({error.strerror})"
        return None if start == _MAGIC else f"{path.name} is damaged"
