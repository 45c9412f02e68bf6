"""`fanjoin migrate` brings the tables up to date, and says from where to where."""

from typer.testing import CliRunner

from app.cli.typer_app import cli


def test_migrate_makes_the_tables_and_finds_them_up_to_date_afterwards() -> None:
    first, second = (CliRunner().invoke(cli, ["migrate"]) for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "went from nothing to r" in first.stdout
    assert "up to date: r" in second.stdout
