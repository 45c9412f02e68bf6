"""Checkouts that measure rows with their own benchmarks, and a temporary one of a commit."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.children import ROOT

_STOP_SECONDS = 20
_LONGEST_MESSAGE = 300
_FOREIGN = ("GIT_", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")
"""What would point a command at another checkout than its own."""


class CheckoutFailed(Exception):
    """A commit cannot be checked out, or not be installed."""


@dataclass(frozen=True)
class Checkout:
    """A checkout with its own virtual environment."""

    root: Path
    python: Path
    scratch: Path
    """Where its processes make their temporary folders."""

    def measure(self, row: str) -> Mapping[str, Any]:
        """Return what its benchmarks print for a row: a result, or an `error`."""
        command = [str(self.python), "-m", "tests.benchmarks", "--only", row]
        ended = run_in_session(
            [*command, "--json", "--without-dev"], self.root, {"TMPDIR": str(self.scratch)}
        )
        try:
            (result,) = json.loads(ended.stdout)
        except ValueError:
            return {"row": row, "error": _message(ended.stderr, row)}
        measured: Mapping[str, Any] = result
        return measured


@contextmanager
def checkouts(commit: str) -> Iterator[tuple[Checkout, Checkout]]:
    """Return this checkout and a temporary one of the commit; remove that one at the end."""
    with tempfile.TemporaryDirectory(prefix="fanjoin-", ignore_cleanup_errors=True) as folder:
        root, scratch = Path(folder) / "checkout", Path(folder) / "tmp"
        scratch.mkdir()
        try:
            _run(["git", "worktree", "add", "--quiet", "--detach", str(root), commit], ROOT)
            _install(root)
            yield (
                Checkout(ROOT, Path(sys.executable), scratch),
                Checkout(root, root / ".venv" / "bin" / "python", scratch),
            )
        finally:
            # Twice, so that it is removed even where adding it was interrupted: it is locked then.
            removal = ["git", "worktree", "remove", "--force", "--force", str(root)]
            run_in_session(removal, ROOT)


def resolve(commit: str) -> str:
    """Return the hash of a commit; raise CheckoutFailed when there is none of that name."""
    name = f"{commit}^{{commit}}"
    return _run(["git", "rev-parse", "--verify", "--end-of-options", name], ROOT).strip()


def run_in_session(
    command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command where Ctrl-C does not reach it; end all it started when this is interrupted."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**own, **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate()
    finally:
        if process.poll() is None:
            _end(process)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _install(root: Path) -> None:
    """Install what the checkout's own lock file says, hard-linked from the cache of uv."""
    uv = str(Path(sys.executable).with_name("uv"))
    sync = [uv, "sync", "--frozen", "--all-extras", "--quiet", "--python", sys.executable]
    _run(sync, root)


def _run(command: Sequence[str], folder: Path) -> str:
    ended = run_in_session(command, folder)
    if ended.returncode:
        raise CheckoutFailed(f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr}")
    return ended.stdout


def _end(process: subprocess.Popen[str]) -> None:
    """Let it stop its servers, as after Ctrl-C; then kill what is left of it and of them."""
    with suppress(psutil.NoSuchProcess):
        tree = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        for each in tree:
            with suppress(psutil.NoSuchProcess):
                each.kill()
    process.kill()
    process.wait()


def _message(stderr: str, row: str) -> str:
    """Return the last line that says why there is no result."""
    if f"invalid choice: '{row}'" in stderr:
        return "there is no such row"
    lines = stderr.strip().splitlines() or ["nothing was printed"]
    return lines[-1][:_LONGEST_MESSAGE]
