"""A real file system of a few megabytes, which can be filled and made larger."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PIECE = bytes(4096)


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rest = folder / "rest"

    def fill(self) -> None:
        """Take all that is free."""
        with self._rest.open("ab", buffering=0) as file:
            try:
                while file.write(_PIECE) == len(_PIECE):
                    pass
            except OSError:
                return

    def free(self) -> None:
        self._rest.unlink()

    def grow(self, megabytes: int) -> None:
        _mount(f"remount,size={megabytes}m", self.folder)


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mount it there, or skip the test where that is not permitted."""
    folder.mkdir()
    try:
        _mount(f"size={megabytes}m", folder)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        reason = getattr(error, "stderr", None) or error
        pytest.skip(f"no small file system can be mounted here: {reason}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(options: str, folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(command, capture_output=True, text=True, check=True)
