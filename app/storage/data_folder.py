"""The data folder and its files: for one user alone, since they hold what callers sent."""

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import StorageUnavailable

_PRIVATE_FOLDER = 0o700

_PRIVATE_FILE = 0o600

_ROOM = 256 * 1024
"""In bytes: what a run and its first checkpoints need."""

_FULL = {errno.ENOSPC, errno.EDQUOT}

_BESIDE = ("", "-wal", "-shm")
"""SQLite gives its own files beside a database the mode of that, when it makes them."""


@contextmanager
def folder_failures(folder: Path) -> Iterator[None]:
    """Raise StorageUnavailable, naming the folder, where the system refuses it or a file in it."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        reason = error.strerror if isinstance(error, OSError) else error
        raise StorageUnavailable(
            f"the data folder {folder} cannot be used ({reason}): let user {os.geteuid()} write "
            "to it, or set FANJOIN_DATA_DIR"
        ) from error


def make_private_folder(folder: Path) -> None:
    """Make the folder, mode 0700, and its parents; one that exists keeps its mode.

    It may be a volume, or one that others may use: its files are private in any case.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)


def make_private_file(file: Path) -> None:
    """Make an empty file of mode 0600, or give that mode to one that is there and is ours."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE))
    for path in (file.with_name(file.name + end) for end in _BESIDE):
        with suppress(FileNotFoundError):
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, f"{path.name} is a folder")
            if status.st_uid == os.geteuid() and status.st_mode & 0o077:
                path.chmod(_PRIVATE_FILE)


def prepare_database_file(file: Path) -> None:
    """Make a database's file and its folder, for the service's user alone.

    Raises:
        StorageUnavailable: the folder or the file cannot be made.
    """
    with folder_failures(file.parent):
        make_private_folder(file.parent)
        make_private_file(file)


def flaw_of_folder(folder: Path) -> str | None:
    """Say why a folder can be neither used nor made: something else stands in its place."""
    here = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), folder)
    try:
        is_folder = stat.S_ISDIR(here.stat().st_mode)
    except OSError as error:
        return _unreachable(here, error)
    return None if is_folder else f"{here} is no folder"


def flaw_of_file(file: Path) -> str | None:
    """Say why a file in a data folder can be neither used nor made; None where it can."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        is_link = os.path.islink(file)  # noqa: PTH114  # pathlib raises for a name too long
        is_new = error.errno == errno.ENOENT and _target_of(file).is_dir()
        return _unreachable(file, error) if is_link and not is_new else None
    except ValueError:  # a name with a null byte: opening it says so
        return None
    return None if stat.S_ISREG(mode) else f"{file} is no file"


def _target_of(link: Path) -> Path:
    """Return the folder in which a link leads to a file that does not exist yet."""
    return Path(os.path.realpath(link)).parent


def _unreachable(path: Path, error: OSError) -> str:
    if error.errno in {errno.ENOENT, errno.ELOOP} and path.is_symlink():
        where = "in a circle" if error.errno == errno.ELOOP else "nowhere"
        return f"{path} is a link that leads {where}"
    return f"{path} cannot be used ({error.strerror})"


def lack_of_room(folder: Path) -> str | None:
    """Say whether the disk is full, as far as the system knows; it takes microseconds."""
    if sys.platform == "win32":
        return None
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    blocks = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    is_full = disk.f_blocks > 0 and blocks * disk.f_frsize < _ROOM
    return "the disk is full" if is_full else None


def require_room(folder: Path) -> None:
    """Write a file of a moment: SQLite alone may go on for a while in the room that it has.

    Raises:
        StorageUnavailable: the disk is full, or the folder cannot be written to.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(_ROOM))
    except OSError as error:
        if error.errno in _FULL:
            raise StorageUnavailable("the disk is full") from error
        raise StorageUnavailable(
            f"the data folder cannot be written to ({error.strerror})"
        ) from error
