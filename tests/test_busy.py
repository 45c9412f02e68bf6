"""The busy cores end with whoever asked for them."""

import subprocess
import sys

import psutil
import pytest

from tests.busy import busy_cores, run_beside_busy_cores
from tests.conftest import ROOT

_PRINT_PIDS = """
import sys
from tests.busy import busy_cores
with busy_cores(2) as burners:
    print(*(burner.pid for burner in burners), flush=True)
    sys.stdin.read()
"""


def test_busy_cores_use_processor_time_until_the_block_ends() -> None:
    with busy_cores(1) as [burner]:
        process = psutil.Process(burner.pid)
        while process.cpu_times().user < 0.2:
            assert burner.poll() is None

    assert not psutil.pid_exists(burner.pid)


def test_busy_cores_end_even_when_their_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PRINT_PIDS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        burners = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()

    _, alive = psutil.wait_procs(burners, timeout=30)
    assert len(burners) == 2
    assert alive == []


def test_run_that_fails_ends_the_runs_with_its_status(capfd: pytest.CaptureFixture[str]) -> None:
    status = run_beside_busy_cores([sys.executable, "-c", "raise SystemExit(7)"], times=3)

    assert status == 7
    assert "Run 1 of 3 failed" in capfd.readouterr().out


def test_runs_that_pass_are_counted(capfd: pytest.CaptureFixture[str]) -> None:
    status = run_beside_busy_cores([sys.executable, "-c", ""], times=2)

    assert status == 0
    assert "Run 2 of 2 passed" in capfd.readouterr().out
