"""The data folder, tried out and left as it was."""

import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli.doctor.finding import Finding
from app.cli.doctor.machine import check_disk
from app.cli.doctor.reading import Reading
from app.settings import Settings

pytestmark = pytest.mark.anyio

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no file of anybody")
NOWHERE = Path("/proc/nowhere")
POSTGRES = SecretStr("postgresql://me@there/name")


async def look(settings: Settings, **changes: object) -> Finding:
    (finding,) = await check_disk(Reading(settings.model_copy(update=changes), []))
    return finding


async def test_folder_is_sound_and_left_as_it_was(settings: Settings) -> None:
    settings.data_dir.mkdir()

    finding = await look(settings)

    assert finding.detail.startswith(f"{settings.data_dir}: ")
    assert finding.detail.endswith("GiB free")
    assert list(settings.data_dir.iterdir()) == []


async def test_folder_that_is_not_there_is_not_made(settings: Settings) -> None:
    finding = await look(settings)

    assert finding.status == "ok"
    assert f"{settings.data_dir}, which does not exist yet" in finding.detail
    assert not settings.data_dir.exists()


@only_linux
async def test_folder_that_takes_no_file_is_an_error(settings: Settings) -> None:
    finding = await look(settings, data_dir=NOWHERE)

    assert finding.status == "error"
    assert "/proc cannot be written to" in finding.detail
    assert "FANJOIN_DATA_DIR" in (finding.fix or "")


@only_linux
async def test_beside_postgres_such_a_folder_is_a_warning(settings: Settings) -> None:
    finding = await look(settings, data_dir=NOWHERE, database_url=POSTGRES)

    assert finding.status == "warning"
    assert "no documents can be indexed" in finding.detail


async def test_file_in_place_of_the_folder_is_an_error(settings: Settings) -> None:
    settings.data_dir.write_text("a file")

    assert (await look(settings)).status == "error"
