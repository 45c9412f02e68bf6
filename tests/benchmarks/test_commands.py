"""CPU time of a command, with real processes."""

import sys

import pytest

from tests.benchmarks.commands import CommandFailed, cpu_seconds

SPIN = "import time\nwhile time.process_time() < 0.3: pass"


def test_cpu_of_a_command_is_of_its_children_too() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPIN!r}], check=True)"

    assert cpu_seconds([sys.executable, "-c", code]) >= 0.3


def test_cpu_of_a_command_is_not_the_time_it_sleeps() -> None:
    assert cpu_seconds([sys.executable, "-S", "-c", "import time; time.sleep(1)"]) < 0.9


def test_a_command_that_fails_has_no_value_but_its_message() -> None:
    with pytest.raises(CommandFailed, match="ended with 3: No such option"):
        cpu_seconds([sys.executable, "-c", "print('│ No such option │'); raise SystemExit(3)"])
