"""`fanjoin new` writes a graph that passes every check, or nothing at all."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.conftest import ROOT

LONGEST = "the_longest_name_that_a_new_graph_may_be"
REGISTRY = """\
{
  "dependencies": ["."],
  "graphs": {
    "first": "./graphs/first.py:graph"
  },
  "http": {"app": "kept as it is"}
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """As much of a project as the command looks at."""
    for folder in ("graphs/kit", "tests/graphs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "langgraph.json").write_text(REGISTRY)
    return tmp_path


def new(*words: str) -> Result:
    return CliRunner().invoke(cli, ["new", *words])


def files_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def copy_project(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("app", "docs", "graphs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "langgraph.json", "README.md"):
        shutil.copy2(ROOT / name, folder)


def run_in(folder: Path, program: str, *words: str) -> str:
    """Run a program of this environment in the folder, whose own code comes first."""
    result = subprocess.run(
        [Path(sys.executable).with_name(program), *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_a_new_graph_passes_what_make_check_asks_of_it(tmp_path: Path) -> None:
    copy_project(tmp_path)
    files = (f"graphs/{LONGEST}.py", f"tests/graphs/test_{LONGEST}.py")

    assert new(LONGEST).exit_code == 0

    assert CliRunner().invoke(cli, ["lint", "--strict"]).exit_code == 0
    run_in(tmp_path, "ruff", "format", "--check", *files)
    run_in(tmp_path, "ruff", "check", *files)
    # With the project's cache, or reading the types of every dependency takes half a minute.
    run_in(tmp_path, "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), *files)
    run_in(tmp_path, "lint-imports")
    tests = (files[1], "tests/test_contract.py", "tests/test_documents.py")
    passed = run_in(tmp_path, "pytest", "-v", "-k", f"{LONGEST} or table", *tests)
    assert passed.count(f"[{LONGEST}] PASSED") == 1
    assert passed.count(f"{files[1]}::") == 3


def test_it_says_what_it_wrote_and_a_request_that_works(project: Path) -> None:
    result = new("tides")

    assert result.exit_code == 0
    for line in ("wrote graphs/tides.py", "wrote tests/graphs/test_tides.py", "  fanjoin serve"):
        assert line in result.stdout.splitlines()
    (request,) = (line for line in result.stdout.splitlines() if "curl" in line)
    *_, body = shlex.split(request)
    assert json.loads(body)["input"]["question"] in (project / "graphs" / "tides.py").read_text()
    assert "/graphs/tides/invoke" in request


def test_the_registry_gains_one_entry_as_its_last(project: Path) -> None:
    new("tides", "--description", "High and\n low — “twice a day”.")

    text = (project / "langgraph.json").read_text()
    before, content = json.loads(REGISTRY), json.loads(text)
    entry = {"path": "./graphs/tides.py:graph", "description": "High and low — “twice a day”."}
    assert content == {**before, "graphs": {**before["graphs"], "tides": entry}}
    assert list(content["graphs"]) == ["first", "tides"]
    assert "“twice a day”" in text


def test_a_registry_elsewhere_is_written_where_it_is(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("FANJOIN_GRAPHS_FILE", str(project / "langgraph.json"))

    result = new("tides")

    assert f"wrote {project / 'graphs' / 'tides.py'}" in result.stdout
    assert "tides" in json.loads((project / "langgraph.json").read_text())["graphs"]


def test_a_project_without_tests_gets_none_and_is_told(project: Path) -> None:
    (project / "tests" / "graphs").rmdir()

    result = new("tides")

    assert "wrote no test" in result.stdout
    assert not (project / "tests" / "graphs").exists()
    assert (project / "graphs" / "tides.py").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((name, "snake_case") for name in ("my-graph", "MyGraph", "class", "2fast", "x" * 41)),
        *((name, "choose another name") for name in ("kit", "adapters", "first")),
        *((name, "choose another name") for name in ("written", "tested")),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_written(
    name: str, reason: str, project: Path
) -> None:
    (project / "graphs" / "adapters").mkdir()
    (project / "graphs" / "written.py").touch()
    (project / "tests" / "graphs" / "test_tested.py").touch()
    before = files_in(project)

    result = new(name)

    assert result.exit_code == 1
    assert reason in result.stderr
    assert files_in(project) == before


def test_a_name_whose_schemas_another_graph_has_is_refused(project: Path) -> None:
    (project / "langgraph.json").write_text('{"graphs": {"low-tide": "./low.py:graph"}}')

    result = new("low_tide")

    assert "has a graph 'low-tide' already" in result.stderr
    assert not (project / "graphs" / "low_tide.py").exists()


@pytest.mark.parametrize(
    ("registry", "complaint"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", 'no object "graphs"'),
        ('{"graphs": []}', 'no object "graphs"'),
    ],
)
def test_a_registry_that_cannot_take_a_graph_is_named(
    registry: str, complaint: str, project: Path
) -> None:
    (project / "langgraph.json").write_text(registry)
    before = files_in(project)

    result = new("tides")

    assert result.exit_code == 1
    assert complaint in result.stderr
    assert files_in(project) == before


def test_a_missing_registry_names_the_setting() -> None:
    assert "FANJOIN_GRAPHS_FILE" in new("tides").stderr


def test_a_folder_without_the_kit_is_refused(project: Path) -> None:
    (project / "graphs" / "kit").rmdir()

    result = new("tides")

    assert result.exit_code == 1
    assert "graphs/kit does not exist" in result.stderr


def test_an_empty_description_is_refused(project: Path) -> None:
    assert "description is empty" in new("tides", "--description", " ").stderr


def test_a_write_that_fails_leaves_nothing_behind(project: Path) -> None:
    (project / "tests" / "graphs" / "test_tides.py").symlink_to("no/such/file")
    before = files_in(project)

    result = new("tides")

    assert result.exit_code == 1
    assert "nothing is written" in result.stderr
    assert files_in(project) == before
