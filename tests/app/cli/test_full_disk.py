"""Commands on a full file system, of several sizes: another write is the first to fail in each."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.cli.hard_situations import Situation, run_in

pytestmark = pytest.mark.slow


@contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[Path]:
    disk = folder / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(disk)]
    mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("kibibytes", [4, 160])
def test_full_disk_is_named_by_each_command(kibibytes: int, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    with small_disk(tmp_path, kibibytes) as disk:
        situation = Situation(variables={"FANJOIN_DATA_DIR": str(disk), "FANJOIN_PORT": "0"})

        migrated = run_in(situation, "migrate", folder=here)
        (disk / "rest").write_bytes(b"")
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/rest"], check=False, capture_output=True)
        others = [
            run_in(situation, *words, folder=here)
            for words in (["serve"], ["prune"], ["backup", f"{disk}/copies"], ["doctor"])
        ]

    for ended in (migrated, *others):
        assert ended.is_clean, ended.output
    assert {ended.status for ended in others} == {1}
    assert "the disk is full" in migrated.output + others[0].output
