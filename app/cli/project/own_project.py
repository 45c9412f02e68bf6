"""A project of one's own: a clone with its history, and one commit that makes it theirs."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.cli.errors import NotWritten, UnknownName
from app.cli.project import lockfile
from app.cli.project.git import Repository, open_checkout
from app.cli.project.names import names_of
from app.cli.project.registry import read_registry
from app.cli.project.removal import plan_removal
from app.cli.project.rename import rename_project
from app.cli.project.scaffold import add_graph

REMOTE = "fanjoin"
BRANCH = "main"
STARTER = "starter"
REGISTRY = "langgraph.json"


def make_project(source: Path, folder: Path, name: str, keep: Collection[str] | None) -> list[str]:
    """Clone the checkout `source` into `folder` as a project called `name`; return its graphs.

    `keep` are the graphs that it keeps, None all of them. Raises NotWritten or UnknownName, and
    then the folder is as it was.
    """
    checkout = open_checkout(source)
    _require_place(source, folder)
    checkout.require_clean()
    lock = (source / "uv.lock").read_text(encoding="utf-8")
    names = names_of(name, reserved=lockfile.packages_in(lock))
    graphs = list(read_registry(source / REGISTRY)["graphs"])
    keep = graphs if keep is None else keep
    if unknown := [graph_id for graph_id in keep if graph_id not in graphs]:
        known = ", ".join(graphs)
        raise UnknownName(f"there is no graph {unknown[0]!r} to keep; the graphs: {known}, or none")
    with _moved_to(folder) as draft:
        project = _clone(checkout, draft)
        if gone := [graph_id for graph_id in graphs if graph_id not in keep]:
            plan_removal(draft, gone, REGISTRY).apply()
        if not keep:
            add_graph(draft / REGISTRY, STARTER)
        rename_project(draft, names)
        project.commit(f"Make it {names.title}")
    return list(read_registry(folder / REGISTRY)["graphs"])


def _require_place(source: Path, folder: Path) -> None:
    if folder.is_relative_to(source):
        raise NotWritten(f"{folder} is inside {source}: choose a folder beside it")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NotWritten(f"{folder} is no folder")
    if folder.exists() and any(folder.iterdir()):
        raise NotWritten(f"{folder} is not empty: choose another folder")


def _clone(checkout: Repository, draft: Path) -> Repository:
    """Clone what is checked out, as branch main that follows no branch: nothing is pushed back."""
    checkout.git(
        "clone", "--quiet", "--no-tags", "--origin", REMOTE, str(checkout.root), str(draft)
    )
    project = Repository(draft)
    project.git(
        "checkout", "--quiet", "-B", BRANCH, "--no-track", checkout.git("rev-parse", "HEAD").strip()
    )
    project.attempt("branch", "--unset-upstream")
    for branch in project.git("branch", "--format=%(refname:short)").split():
        if branch != BRANCH:
            project.git("branch", "--quiet", "-D", branch)
    return project


@contextmanager
def _moved_to(folder: Path) -> Iterator[Path]:
    """Provide a place beside the folder, and move it there once the block has ended well."""
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fanjoin-", dir=folder.parent) as beside:
            draft = Path(beside) / "project"
            yield draft
            draft.rename(folder)
    except OSError as error:
        _remove_empty(made)
        raise NotWritten(f"{folder} cannot be made: {error}") from error
    except BaseException:
        _remove_empty(made)
        raise


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            shutil.rmtree(folder)
