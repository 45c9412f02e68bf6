"""How a row is measured in a checkout, with real processes."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.checkout import Checkout, CheckoutFailed, resolve
from tests.benchmarks.children import ROOT


def test_a_row_that_a_checkout_does_not_have_is_an_error(tmp_path: Path) -> None:
    result = checkout(tmp_path, "sys.exit(\"argument --only: invalid choice: 'help' (of more)\")")

    assert result.measure("help") == {"row": "help", "error": "there is no such row"}


def test_a_checkout_whose_benchmarks_break_says_why(tmp_path: Path) -> None:
    result = checkout(tmp_path, "raise ValueError('broken')")

    assert result.measure("help") == {"row": "help", "error": "ValueError: broken"}


def test_a_result_counts_though_its_limit_is_missed(tmp_path: Path) -> None:
    result = checkout(tmp_path, 'print(\'[{"row": "help", "measured": 1.5}]\'); sys.exit(1)')

    assert result.measure("help") == {"row": "help", "measured": 1.5}


def test_interrupting_a_command_ends_what_it_started(tmp_path: Path) -> None:
    """The child hears no Ctrl-C: like a measured server, it has a session of its own."""
    pid_file = tmp_path / "pid"
    (tmp_path / "command.py").write_text(
        "import os, signal, subprocess, sys\n"
        "code = 'import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.pause()'\n"
        "child = subprocess.Popen([sys.executable, '-c', code], start_new_session=True)\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "signal.pause()\n"
    )
    outer = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from tests.benchmarks.checkout import run_in_session\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run_in_session([sys.executable, 'command.py'], Path({str(tmp_path)!r}))\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", outer], cwd=ROOT, capture_output=True, check=False
    )

    assert b"KeyboardInterrupt" in ended.stderr
    assert not is_running(int(pid_file.read_text()))


def test_a_commit_is_resolved_to_its_hash_and_an_unknown_one_is_refused() -> None:
    assert len(resolve("HEAD")) == 40
    with pytest.raises(CheckoutFailed, match="no-such-commit"):
        resolve("no-such-commit")


def checkout(root: Path, code: str) -> Checkout:
    """Make a checkout whose benchmarks do this."""
    folder = root / "tests" / "benchmarks"
    folder.mkdir(parents=True)
    for package in (folder.parent, folder):
        (package / "__init__.py").touch()
    (folder / "__main__.py").write_text(f"import sys\n{code}\n")
    return Checkout(root, Path(sys.executable), root)


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
