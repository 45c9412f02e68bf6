"""A checkout of a small Fanjoin, and what a person does with git."""

import subprocess
from pathlib import Path

from tests.app.cli.project.small_project import write_project

PROJECT = 'NAME = "fanjoin"\nTITLE = "Fanjoin"\nVERSION = "2.5.0"\n'
PYPROJECT = """[project]
name = "fanjoin"
dynamic = ["version"]
dependencies = [
    "aiosqlite",
]
"""
MORE = {
    "app/project.py": PROJECT,
    "docker/compose.yaml": "name: fanjoin\nservices:\n  fanjoin:\n    image: fanjoin:latest\n",
    "graphs/kit/fanout.py": "# the kit\n",
}


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A Person", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(folder: Path, message: str, **files: str | None) -> None:
    """Write files, or delete those that are None, and commit."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)


def make_checkout(root: Path, *, lock: str | None) -> Path:
    """Make it; without a lock the merge needs no uv."""
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    write_project(root, **MORE, **({"uv.lock": lock} if lock else {}))
    (root / "tests" / "graphs").mkdir(exist_ok=True)
    commit(root, "Begin")
    return root


def branch_of(folder: Path) -> str:
    return git(folder, "branch", "--show-current").strip()
