"""A project of one's own, made and installed for real: its checks are green, and stay so.

`make test-init` makes one without a shipped graph; `make test-upgrade` is for `make proof`.
"""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.own_checkout import clone_of_this, commit, init, make, run

GRAPHS = list(json.loads((ROOT / "langgraph.json").read_text())["graphs"])

OF_GRAPHS = (
    *("tests/graphs", "tests/app/graphs", "tests/app/cli/commands", "tests/app/cli/project"),
    *("tests/test_contract.py", "tests/test_documents.py", "tests/test_workflows.py"),
    *("tests/test_words.py", "tests/test_wire.py", "tests/app/api/test_system.py"),
)
"""The rooms of the suite that look at graphs, names or documents."""

DEPENDENCY = "psutil"
"""Of the developers alone until the later version: it is in every cache."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone_of_this(tmp_path_factory.mktemp("checkout") / "fanjoin")


def installed(folder: Path) -> str:
    code = "import importlib.metadata as m; print(*m.requires('acme-briefs'))"
    return run(folder, folder / ".venv/bin/python", "-c", code)


def check_graphs(folder: Path) -> None:
    run(folder, folder / ".venv/bin/pytest", "-q", "-n", "auto", *OF_GRAPHS)


@pytest.mark.init
def test_project_without_a_shipped_graph_is_green_as_it_is(checkout: Path, tmp_path: Path) -> None:
    own = init(checkout, tmp_path / "acme", keep="none")

    make(own, "static")
    check_graphs(own)
    assert run(own, own / ".venv/bin/fanjoin", "--version") == "acme-briefs 0.1.0\n"
    assert (own / "extras.txt").read_text() == ""
    assert run(own, "git", "status", "--porcelain") == ""


@pytest.mark.upgrade
@pytest.mark.parametrize("keep", [GRAPHS[:1], GRAPHS[-3:]], ids=["one", "three"])
def test_project_with_shipped_graphs_passes_the_whole_check(
    checkout: Path, tmp_path: Path, keep: list[str]
) -> None:
    own = init(checkout, tmp_path / "acme", keep=",".join(keep))

    make(own, "check")


@pytest.mark.upgrade
def test_later_version_with_a_new_dependency_is_merged_and_green(tmp_path: Path) -> None:
    checkout = clone_of_this(tmp_path / "fanjoin")
    own = init(checkout, tmp_path / "acme", keep="none")
    starter = own / "graphs" / "starter.py"
    starter.write_text(starter.read_text().replace("Name three facts", "Name five facts"))
    commit(own, "Ask for more")
    release(checkout, uv=own / ".venv/bin/uv")

    make(own, "upgrade")

    make(own, ".venv/.synced")
    assert DEPENDENCY in installed(own)
    assert "Name five facts" in starter.read_text()
    assert run(own, "git", "status", "--porcelain") == ""
    run(own, own / ".venv/bin/uv", "lock", "--check")
    make(own, "static")
    check_graphs(own)


def release(checkout: Path, *, uv: Path) -> None:
    """Commit a later version: a dependency, a version, changed shared and shipped files."""
    pyproject = checkout / "pyproject.toml"
    listed = '    "pydantic-settings'
    text = pyproject.read_text().replace(listed, f'    "{DEPENDENCY}>=7.1",\n{listed}', 1)
    pyproject.write_text(text)
    project = checkout / "app" / "project.py"
    project.write_text(project.read_text().replace('VERSION = "0', 'VERSION = "9'))
    for name in ("README.md", "CHANGELOG.md"):
        file = checkout / name
        file.write_text(file.read_text() + "\nLater.\n")
    for graph_id in GRAPHS:
        for name in (f"graphs/{graph_id}.py", f"graphs/{graph_id}/graph.py"):
            if (file := checkout / name).exists():
                file.write_text(file.read_text() + "\n# later\n")
    run(checkout, uv, "lock", "--quiet")
    commit(checkout, "Release a later version")
