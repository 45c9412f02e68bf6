"""A clone of this checkout as it stands, and projects of one's own that are made of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

_FOREIGN = ("GIT_", "UV_", "PYTEST_", "MAKE", "VIRTUAL_ENV", "PYTHONPATH", "FANJOIN_", "OPENAI_")


def run(folder: Path, *command: str | Path, **variables: str) -> str:
    """Run a command as in a shell of its own; fail with what it wrote."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**own, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-8000:]}"
    return done.stdout


def make(folder: Path, *words: str) -> str:
    """Run make, with the Python of these tests for a new environment."""
    return run(folder, "make", f"PYTHON={sys.executable}", *words)


def commit(folder: Path, message: str) -> None:
    identity = ("-c", "user.name=A Person", "-c", "user.email=a@example.com")
    run(folder, "git", "add", "--all")
    run(folder, "git", *identity, "commit", "--quiet", "--allow-empty", "-m", message)


def clone_of_this(folder: Path) -> Path:
    """Clone this checkout, with what is not committed yet in a commit of its own."""
    run(ROOT, "git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    commit(folder, "As it stands")
    return folder


def init(checkout: Path, folder: Path, *, keep: str) -> Path:
    """Make a project as a person does, with the code of the checkout; install it."""
    command = ("-m", "app", "init", folder, "--name", "Acme Briefs", "--keep", keep)
    run(checkout, sys.executable, *command, PYTHONPATH=str(checkout))
    make(folder, ".venv/.synced")
    return folder
