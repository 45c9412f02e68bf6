"""A project of one's own is a clone with one commit on top, or there is none."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.errors import CommandError, NotWritten, UnknownName
from app.cli.project.own_project import make_project
from tests.app.cli.project.own_checkout import branch_of, commit, git, make_checkout
from tests.app.cli.project.small_project import files_in

LOCK = 'version = 1\n\n[[package]]\nname = "fanjoin"\nsource = { editable = "." }\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "fanjoin", lock=LOCK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "own" / "acme"


def test_it_is_a_clone_with_its_history_a_remote_and_one_commit_on_top(
    checkout: Path, folder: Path
) -> None:
    make_project(checkout, folder, "Acme Briefs", None)

    assert git(folder, "log", "--format=%s").splitlines() == ["Make it Acme Briefs", "Begin"]
    assert git(folder, "remote").split() == ["fanjoin"]
    assert git(folder, "status", "--porcelain") == ""
    assert branch_of(folder) == "main"
    assert git(folder, "config", "--get-regexp", "^branch|^remote").count("branch") == 0
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]


def test_distribution_title_image_and_readme_are_renamed(checkout: Path, folder: Path) -> None:
    make_project(checkout, folder, "Acme Briefs", None)

    files = files_in(folder)
    assert (
        'NAME = "acme-briefs"\nTITLE = "Acme Briefs"\nVERSION = "0.1.0"' in files["app/project.py"]
    )
    assert 'name = "acme-briefs"' in files["uv.lock"]
    assert "name: acme-briefs\n" in files["docker/compose.yaml"]
    assert "  fanjoin:\n    image: acme-briefs:latest\n" in files["docker/compose.yaml"]
    assert files["README.md"].startswith("# Acme Briefs\n")
    assert files[".gitattributes"] == "README.md merge=ours\napp/project.py merge=ours\n"
    assert json.loads(files["langgraph.json"])["graphs"].keys() == {"reader", "painter", "plain"}


@pytest.mark.parametrize(
    ("keep", "graphs"),
    [([], ["starter"]), (["plain"], ["plain"]), (["plain", "reader"], ["reader", "plain"])],
)
def test_graphs_that_are_not_named_go_and_a_starter_stands_in_for_none(
    checkout: Path, folder: Path, keep: list[str], graphs: list[str]
) -> None:
    made = make_project(checkout, folder, "Acme", keep)

    assert made == graphs
    assert (folder / "graphs" / "painter.py").exists() is False
    assert (folder / "graphs" / "starter.py").exists() is (keep == [])
    assert (folder / "tests/graphs/test_starter.py").exists() is (keep == [])


def test_detached_checkout_makes_a_project_on_main(checkout: Path, folder: Path) -> None:
    git(checkout, "checkout", "--quiet", "--detach")

    make_project(checkout, folder, "Acme", None)

    assert branch_of(folder) == "main"


def dirty(checkout: Path, folder: Path) -> None:
    (checkout / "new.py").write_text("")


def not_empty(checkout: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")


def a_file(checkout: Path, folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("mine")


def broken(checkout: Path, folder: Path) -> None:
    commit(checkout, "Break", **{"graphs/plain.py": "import graphs.painter\n"})


def no_git(checkout: Path, folder: Path) -> None:
    shutil.rmtree(checkout / ".git")


@pytest.mark.parametrize(
    ("prepare", "keep", "message"),
    [
        (dirty, None, "has changes: commit or stash them first\n.* new.py"),
        (not_empty, None, "is not empty"),
        (a_file, None, "is no folder"),
        (broken, ["plain"], "graphs/plain.py imports graphs.painter"),
        (no_git, None, "is no checkout with git"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_nothing_is_made_where_it_cannot_be_whole(
    checkout: Path,
    folder: Path,
    prepare: Callable[[Path, Path], None],
    keep: list[str] | None,
    message: str,
) -> None:
    prepare(checkout, folder)
    before = files_in(checkout.parent)

    with pytest.raises(NotWritten, match=message):
        make_project(checkout, folder, "Acme", keep)

    assert files_in(checkout.parent) == before
    assert (checkout.parent / "own").exists() is (prepare in (not_empty, a_file))


def test_folder_inside_the_checkout_is_refused(checkout: Path) -> None:
    with pytest.raises(NotWritten, match="choose a folder beside it"):
        make_project(checkout, checkout / "acme", "Acme", None)


@pytest.mark.parametrize(("name", "keep"), [("Acme", ["nope"]), ("!", None), ("fanjoin", None)])
def test_names_that_cannot_be_are_refused(
    checkout: Path, folder: Path, name: str, keep: list[str] | None
) -> None:
    with pytest.raises(CommandError) as refused:
        make_project(checkout, folder, name, keep)

    assert isinstance(refused.value, UnknownName if keep else NotWritten)
    assert not folder.parent.exists()


def test_without_git_the_error_names_it(
    checkout: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NotWritten, match="git is not installed"):
        make_project(checkout, folder, "Acme", None)
