"""`.ci/run` with a `make` that does as it is told: it times the targets and has a budget."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAKE = """#!/bin/sh
echo "making $1"
case $1 in
  "$FAILING") exit 2 ;;
  "$HANGING") exec sleep 600 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of only `.ci/run`, with the `make` beside it."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "make").write_text(MAKE)
    (tmp_path / "bin" / "make").chmod(0o755)
    return tmp_path


def run_ci(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    environment = {"PATH": path, "FAILING": "", "HANGING": "", **variables}
    return subprocess.run(
        [folder / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
    )


def table_of(output: str) -> dict[str, list[str]]:
    """The table at the end, by target."""
    rows = [line.split(maxsplit=2) for line in output.rpartition("\n\n")[2].splitlines()]
    return {target: rest for target, *rest in rows}


def test_it_tells_the_seconds_of_each_target_at_the_end(folder: Path) -> None:
    done = run_ci(folder)

    made = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("making")]
    assert done.returncode == 0, done.stderr
    assert list(table_of(done.stdout)) == ["target", *made, "total"]
    assert table_of(done.stdout)["total"][1] == "of 2700"


def test_it_stops_at_the_first_failure_and_still_tells_the_seconds(folder: Path) -> None:
    done = run_ci(folder, FAILING="static")

    table = table_of(done.stdout)
    assert done.returncode == 2
    assert list(table) == ["target", "test", "static", "total"]
    assert table["static"][1] == "failed"


def test_it_ends_a_target_that_takes_it_past_the_budget(folder: Path) -> None:
    done = run_ci(folder, HANGING="static", CI_BUDGET_SECONDS="2")

    table = table_of(done.stdout)
    assert done.returncode == 124
    assert list(table) == ["target", "test", "static", "total"]
    assert table["static"][1].startswith("stopped: the budget")


def test_its_budget_is_forty_five_minutes() -> None:
    assert "CI_BUDGET_SECONDS:-2700" in (ROOT / ".ci" / "run").read_text()
