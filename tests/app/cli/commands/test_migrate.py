"""`fanjoin migrate` brings the database up to date, and says from where to where."""

import asyncio

import pytest
from typer.testing import CliRunner

from app.cli.environment import load_settings
from app.cli.typer_app import cli
from app.settings import Settings
from tests.app.cli.doctor.serving_process import serving
from tests.app.storage.thread_keys.old_database import STATES, write_old_database


def test_migrate_makes_the_tables_and_finds_them_up_to_date_afterwards() -> None:
    first, second = (CliRunner().invoke(cli, ["migrate"]) for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "went from nothing to r" in first.stdout
    assert "up to date: r" in second.stdout


def test_states_that_are_moved_are_reported() -> None:
    asyncio.run(write_old_database(load_settings()))

    result = CliRunner().invoke(cli, ["migrate"])

    assert f"moved {len(STATES)} of {len(STATES)} states of threads" in result.stderr
    assert "went from r0002 to r0007" in result.stdout


@pytest.mark.slow
def test_migrate_beside_a_service_is_refused_only_where_there_is_something_to_do() -> None:
    settings: Settings = load_settings()
    settings.data_dir.mkdir()

    with serving(settings):
        refused = CliRunner().invoke(cli, ["migrate"])
    CliRunner().invoke(cli, ["migrate"])
    with serving(settings):
        idle = CliRunner().invoke(cli, ["migrate"])

    assert refused.exit_code == 1
    assert "stop it" in refused.stderr
    assert idle.exit_code == 0
