"""A later version of Fanjoin, merged into a project that was made of an earlier one.

What the project has removed is removed from the later version first, in a commit of its own: both
sides then agree on it, and nothing of it conflicts.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cli.errors import NotMerged, NotWritten
from app.cli.project.adapters import ADAPTERS
from app.cli.project.git import Repository
from app.cli.project.own_project import REGISTRY, REMOTE
from app.cli.project.removal import plan_removal
from app.cli.project.settling import LOCK, settle

_UNDER_WAY = "fanjoin-upgrade"
"""In the folder of git, while an upgrade is not committed: the commit that is merged, then the new
graphs that are left out, a line each."""


_CONFLICTS = {
    "UU": "changed here and in the later version",
    "AA": "new here and in the later version",
    "UD": "changed here, deleted in the later version",
    "DU": "deleted here, changed in the later version",
}


@dataclass(frozen=True)
class Upgrade:
    """What was merged: the commit, empty where there was nothing new, and what was left out."""

    commit: str = ""
    new_graphs: list[str] = field(default_factory=list)
    """Graphs of the later version that the project does not get."""


def merge_version(project: Repository, version: str | None) -> Upgrade:
    """Merge a commit of the remote, by default what it has checked out, and commit the merge.

    Raises NotWritten, and then nothing is changed; or NotMerged: a person has to go on.
    """
    marker = project.root / project.git("rev-parse", "--git-path", _UNDER_WAY).strip()
    if project.attempt("rev-parse", "--verify", "--quiet", "MERGE_HEAD").returncode == 0:
        if not marker.exists():
            raise NotWritten("another merge is under way: commit it, or `git merge --abort`")
        return _finish(project, marker)
    project.require_clean()
    target = _fetch(project, version)
    if project.attempt("merge-base", "--is-ancestor", target, "HEAD").returncode == 0:
        return Upgrade()
    base = project.attempt("merge-base", "HEAD", target).stdout.strip()
    if not base:
        raise NotWritten(f"the project shares no history with {REMOTE}: make it by `fanjoin init`")
    graphs = {commit: _graphs_at(project, commit) for commit in (base, "HEAD", target)}
    gone = _unwanted(graphs[base], graphs["HEAD"], graphs[target])
    theirs = _without(project, target, gone) if gone else target
    project.git("config", "merge.ours.driver", "true")
    merging = project.attempt("merge", "--no-commit", "--no-ff", "--quiet", theirs)
    if project.attempt("rev-parse", "--verify", "--quiet", "MERGE_HEAD").returncode:
        raise NotWritten(f"git merge failed: {(merging.stderr or merging.stdout).strip()}")
    new_graphs = [one for one in gone if one not in graphs[base]]
    marker.write_text("\n".join([target, *new_graphs]))
    settle(project, base=base, theirs=theirs)
    _take_new_files(project, base)
    return _finish(project, marker)


def _fetch(project: Repository, version: str | None) -> str:
    """Return the hash of the commit to merge."""
    if REMOTE not in project.git("remote").split():
        raise NotWritten(f"there is no remote {REMOTE}: `git remote add {REMOTE} ADDRESS` first")
    project.git("fetch", "--quiet", REMOTE)
    version = version or "HEAD"
    named = project.attempt("fetch", "--quiet", "--end-of-options", REMOTE, version)
    commit = "FETCH_HEAD" if named.returncode == 0 else f"{version}^{{commit}}"
    resolved = project.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
    if resolved.returncode:
        raise NotWritten(f"{REMOTE} has no version {version!r}: name a tag, a branch or a commit")
    return resolved.stdout.strip()


def _graphs_at(project: Repository, commit: str) -> dict[str, Any]:
    content = json.loads(project.text_at(commit, REGISTRY) or "{}")
    graphs: dict[str, Any] = content.get("graphs", {})
    return graphs


def _unwanted(
    base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[str]:
    """Return the graphs to remove again, and new ones where the project has removed some."""
    has_removed = any(graph_id not in ours for graph_id in base)
    return [one for one in theirs if one not in ours and (one in base or has_removed)]


def _without(project: Repository, target: str, graphs: list[str]) -> str:
    """Return a commit on top of the target that has not these graphs, and what only they need."""
    adapters = {
        Path(path).stem
        for path in project.git("ls-tree", "--name-only", "HEAD", f"{ADAPTERS}/").splitlines()
    }
    with _worktree(project, target) as later:
        plan_removal(later.root, graphs, REGISTRY, only_adapters=adapters).apply()
        later.commit(f"Remove {', '.join(graphs)} again")
        return later.git("rev-parse", "HEAD").strip()


@contextmanager
def _worktree(project: Repository, commit: str) -> Iterator[Repository]:
    with tempfile.TemporaryDirectory(prefix="fanjoin-") as folder:
        root = Path(folder) / "later"
        project.git("worktree", "add", "--quiet", "--detach", str(root), commit)
        try:
            yield Repository(root)
        finally:
            project.attempt("worktree", "remove", "--force", "--force", str(root))


def _finish(project: Repository, marker: Path) -> Upgrade:
    """Lock the dependencies and commit, once no file is in conflict."""
    if conflicts := _conflicts(project):
        raise NotMerged(
            "git cannot merge these files:\n"
            + "".join(f"  {conflict}\n" for conflict in conflicts)
            + "Edit each: the lines between <<<<<<< and >>>>>>> are those of both sides. Then "
            "`git add` it, or `git rm` it to delete it,\nand run `make upgrade` again. "
            "`git merge --abort` undoes the merge."
        )
    if (project.root / LOCK).exists():
        _lock(project.root)
    commit, *new_graphs = marker.read_text().split("\n")
    project.commit(f"Merge Fanjoin {commit[:12]}")
    marker.unlink()
    return Upgrade(commit, new_graphs)


def _take_new_files(project: Repository, base: str) -> None:
    """Take what is new on one side, and only looks like a removed file under another name."""
    for code, name in _states(project):
        if code in ("UD", "DU") and project.text_at(base, name) is None:
            project.git("add", "--", name)


def _conflicts(project: Repository) -> list[str]:
    """Return a line for each file that is in conflict."""
    return [f"{name}: {_CONFLICTS[code]}" for code, name in _states(project) if code in _CONFLICTS]


def _states(project: Repository) -> list[tuple[str, str]]:
    """Return the code that git has for each changed file, and its name."""
    entries = project.git("status", "--porcelain", "-z", "--no-renames").split("\0")
    return [(entry[:2], entry[3:]) for entry in entries if entry]


def _lock(root: Path) -> None:
    """Let uv complete the lock; raise NotMerged."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise NotMerged("uv is not installed: run `make .venv/.synced`, then `make upgrade` again")
    done = subprocess.run(  # noqa: S603 - no shell, and uv alone
        [uv, "lock", "--quiet"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotMerged(
            f"the files are merged, but `uv lock` failed:\n{done.stderr.strip()}\n"
            "Correct pyproject.toml or the network, and run `make upgrade` again. "
            "`git merge --abort` undoes the merge."
        )
