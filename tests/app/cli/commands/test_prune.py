"""`fanjoin prune` lets go of what the settings say is old."""

import json

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.stored_runs import is_stored, store_run


def prune(*words: str) -> Result:
    return CliRunner().invoke(cli, ["prune", *words])


def test_old_runs_go_and_younger_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_KEEP_RUNS_DAYS", "5")
    old, young = store_run(days=6), store_run(days=4)

    result = prune()

    assert result.exit_code == 0
    assert "1 run\n" in result.stdout
    assert (is_stored(old), is_stored(young)) == (False, True)


def test_dry_run_counts_and_lets_nothing_go() -> None:
    old = store_run(days=31)

    output, counted = prune("--dry-run").stdout, json.loads(prune("--dry-run", "--json").stdout)

    assert output.startswith("would go:")
    assert counted["runs"] == 1
    assert is_stored(old)
