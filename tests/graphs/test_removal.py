"""A graph is removed with its file or folder, its tests and its entry: nothing else imports it."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

GRAPHS = list(json.loads((ROOT / "langgraph.json").read_text())["graphs"])
OF_A_GRAPH = ("graphs/{}", "graphs/{}.py", "tests/graphs/{}", "tests/graphs/test_{}.py")
MEASURED = "tests/benchmarks"
"""It measures `topic_brief` and `parallel_tasks` as they are shipped, and goes when they go."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project without the caches, and without the benchmarks."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("app", "docs", "graphs", "tests"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", Path(MEASURED).name),
        )
    for name in ("langgraph.json", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def imports(project: Path) -> dict[str, set[str]]:
    """What each file imports of graphs and tests, by its path."""
    files = sorted(project.rglob("*.py"))
    return {file.relative_to(project).as_posix(): set(_imports_in(file)) for file in files}


@pytest.mark.parametrize("graph_id", GRAPHS)
def test_a_graph_can_be_removed_by_itself(graph_id: str, imports: dict[str, set[str]]) -> None:
    assert _dangling(imports, [graph_id]) == set()


def test_all_graphs_can_be_removed_and_app_kit_adapters_and_their_tests_stay(
    imports: dict[str, set[str]],
) -> None:
    assert _dangling(imports, GRAPHS) == set()


def test_an_import_of_what_is_gone_is_noticed() -> None:
    imports = {
        "app/wrong.py": {"graphs.gone.graph.Input"},
        "tests/wrong.py": {"tests.graphs.test_gone.run"},
        "graphs/right.py": {"graphs.gone_too.graph"},
        "graphs/gone/part.py": {"graphs.gone.graph"},
    }

    assert {file for file, _ in _dangling(imports, ["gone"])} == {"app/wrong.py", "tests/wrong.py"}


@pytest.mark.slow
def test_what_is_left_without_any_graph_is_imported_by_pytest(project: Path) -> None:
    registry = project / "langgraph.json"
    for graph_id in GRAPHS:
        for path in _paths_of(project, graph_id):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    registry.write_text(json.dumps(json.loads(registry.read_text()) | {"graphs": {}}))

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/app", "tests/graphs"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def _paths_of(project: Path, graph_id: str) -> list[Path]:
    paths = [project / pattern.format(graph_id) for pattern in OF_A_GRAPH]
    return [path for path in paths if path.exists()]


def _dangling(imports: dict[str, set[str]], removed: list[str]) -> set[tuple[str, str]]:
    """Return each file that is left, with what it imports of the removed graphs or their tests."""
    gone = tuple(
        pattern.format(graph_id) + ("" if pattern.endswith(".py") else "/")
        for graph_id in removed
        for pattern in OF_A_GRAPH
    )
    modules = tuple(path.removesuffix(".py").replace("/", ".").rstrip(".") for path in gone)
    return {
        (file, module)
        for file, imported in imports.items()
        if not file.startswith(gone)
        for module in imported
        if any(f"{module}.".startswith(f"{one}.") for one in modules)
    }


def _imports_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
