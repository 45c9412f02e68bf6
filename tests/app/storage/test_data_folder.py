"""The data folder is private, and one that cannot be used is named."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.backup import back_up
from app.storage.checkpoints import open_checkpoints
from app.storage.data_folder import flaw_of_file, flaw_of_folder
from app.storage.database import open_database
from app.storage.locks import hold_serving_lock
from app.storage.migrate import migrate

pytestmark = pytest.mark.anyio


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_data_and_backup_are_for_one_user_alone(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "parent" / "data")

    async with hold_serving_lock(settings):
        await migrate(settings)
        async with open_database(settings) as database, open_checkpoints(settings):
            await database.check()
            while_open = modes_in(settings.data_dir)
    back_up(settings.data_dir, tmp_path / "backup")

    assert {"fanjoin.db", "fanjoin.db-wal", "checkpoints.db", "store.db"} <= set(while_open)
    assert set(while_open.values()) == {0o600}
    assert set(modes_in(tmp_path / "backup").values()) == {0o600}
    assert modes_in(tmp_path)["backup"] == 0o700
    assert modes_in(tmp_path / "parent")["data"] == 0o700


async def test_files_of_an_earlier_version_become_private_and_the_folder_is_left_alone(
    tmp_path: Path,
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    await migrate(settings)
    for file in settings.data_dir.iterdir():
        file.chmod(0o644)
    settings.data_dir.chmod(0o755)

    await migrate(settings)

    assert set(modes_in(settings.data_dir).values()) == {0o600}
    assert modes_in(tmp_path)["data"] == 0o755


def _file(folder: Path) -> Path:
    (folder / "file").write_text("no folder")
    return folder / "file"


def _in_a_file(folder: Path) -> Path:
    return _file(folder) / "data"


def _too_long(folder: Path) -> Path:
    return folder / ("x" * 300)


def _of_the_kernel(_: Path) -> Path:
    return Path("/proc/data")


def _with_a_folder_for_a_file(folder: Path) -> Path:
    for name in ("fanjoin.db", "serving.lock.db", "checkpoints.db", "store.db"):
        (folder / "odd" / name).mkdir(parents=True)
    return folder / "odd"


@pytest.mark.parametrize(
    "place", [_file, _in_a_file, _too_long, _of_the_kernel, _with_a_folder_for_a_file]
)
async def test_folder_that_cannot_be_used_is_named_with_the_remedy(
    place: Callable[[Path], Path], tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data_dir=place(tmp_path))

    with pytest.raises(StorageUnavailable, match=r"data folder .* FANJOIN_DATA_DIR"):
        async with hold_serving_lock(settings):
            pass
    with pytest.raises(StorageUnavailable, match=r"data folder .* FANJOIN_DATA_DIR"):
        await migrate(settings)


@pytest.mark.parametrize("below", ["", "sub", "sub/folder"])
def test_what_stands_in_the_place_of_a_data_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to("missing")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "good").symlink_to(tmp_path)

    assert flaw_of_folder(tmp_path / "file" / below) == f"{tmp_path / 'file'} is no folder"
    for name, where in (("nowhere", "nowhere"), ("circle", "in a circle")):
        said = f"{tmp_path / name} is a link that leads {where}"
        assert flaw_of_folder(tmp_path / name / below) == said
    for name in ("good", "missing", "x" * 300):
        assert flaw_of_folder(tmp_path / name / below) is None


def test_what_stands_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "whole").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "to_nowhere").symlink_to("missing/file")
    (tmp_path / "to_itself").symlink_to("to_itself")
    (tmp_path / "to_a_new_one").symlink_to("new")
    (tmp_path / "to_whole").symlink_to("whole")

    assert flaw_of_file(tmp_path / "folder") == f"{tmp_path / 'folder'} is no file"
    for name, where in (("to_nowhere", "nowhere"), ("to_itself", "in a circle")):
        assert flaw_of_file(tmp_path / name) == f"{tmp_path / name} is a link that leads {where}"
    for name in ("whole", "to_a_new_one", "to_whole", "missing", "x" * 300, "a\0b"):
        assert flaw_of_file(tmp_path / name) is None
