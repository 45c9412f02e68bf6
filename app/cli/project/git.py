"""Git, called as a person would, in one folder."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.cli.errors import NotWritten

_NOBODY = ("-c", "user.name=Fanjoin", "-c", "user.email=fanjoin@localhost")
"""The author of commits where git does not know who a person is."""


@dataclass(frozen=True)
class Repository:
    """A work tree; its methods raise NotWritten with what git says."""

    root: Path

    def git(self, *words: str) -> str:
        """Run a git command and return its output."""
        done = self.attempt(*words)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise NotWritten(f"git {words[0]} failed in {self.root}: {said}")
        return done.stdout

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a git command that may fail."""
        return subprocess.run(  # noqa: S603 - no shell, and git alone
            ["git", *words],  # noqa: S607 - the git that a person uses
            cwd=self.root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def commit(self, message: str) -> None:
        """Commit all changes, without the hooks and signatures of a person's own commits."""
        self.git("add", "--all")
        settings = ["-c", "commit.gpgsign=false", "-c", f"core.hooksPath={os.devnull}"]
        known = self.attempt("var", "GIT_AUTHOR_IDENT").returncode == 0
        self.git(
            *settings,
            *(() if known else _NOBODY),
            "commit",
            "--quiet",
            "--no-verify",
            "-m",
            message,
        )

    def require_clean(self) -> None:
        if changed := self.git("status", "--porcelain").splitlines():
            shown = "\n".join(changed[:5] + ([" …"] if len(changed) > 5 else []))
            raise NotWritten(f"{self.root} has changes: commit or stash them first\n{shown}")

    def text_at(self, commit: str, path: str) -> str | None:
        """Return a file as it is in a commit; None where it is not."""
        done = self.attempt("show", f"{commit}:{path}")
        return None if done.returncode else done.stdout


def open_checkout(root: Path) -> Repository:
    """Return the repository whose work tree is the folder; raise NotWritten."""
    if shutil.which("git") is None:
        raise NotWritten("git is not installed: it is needed to copy and merge the history")
    repository = Repository(root)
    top = repository.attempt("rev-parse", "--show-toplevel")
    if top.returncode or Path(top.stdout.strip()).resolve() != root.resolve():
        raise NotWritten(f"{root} is no checkout with git: clone Fanjoin, and use it from there")
    if repository.attempt("rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise NotWritten(f"{root} has no commit yet")
    return repository


def _environment() -> dict[str, str]:
    """Leave out what points git at another repository, as within a hook."""
    harmless = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_SSH", "GIT_CONFIG_")
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(harmless)
    }
    return {**own, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
