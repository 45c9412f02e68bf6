"""`fanjoin remove` removes a graph with what only it needs, and nothing else, or does nothing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.project.small_project import files_in, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


def remove(project: Path, *words: str, answer: str = "") -> Result:
    options = ("--graphs-file", str(project / "langgraph.json"))
    result = CliRunner().invoke(cli, ["remove", *words, *options], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_graph_goes_with_its_tests_its_entry_and_the_adapter_that_only_it_needs(
    project: Path,
) -> None:
    before = files_in(project)

    result = remove(project, "reader", "--yes")

    after = files_in(project)
    assert result.exit_code == 0, result.output
    assert before.keys() - after.keys() == {
        "graphs/reader/graph.py",
        "graphs/reader/part.py",
        "tests/graphs/reader/test_graph.py",
        "graphs/adapters/pages/__init__.py",
        "graphs/adapters/pages/command.py",
        "tests/graphs/adapters/pages/test_pages.py",
    }
    assert after.keys() <= before.keys()
    registry = json.loads(after["langgraph.json"])
    assert list(registry["graphs"]) == ["painter", "plain"]
    assert registry["env"] == ".env"


def test_extra_command_variables_and_table_rows_go_with_what_needed_them(project: Path) -> None:
    remove(project, "reader", "--yes")

    after = files_in(project)
    assert after["extras.txt"] == "other\n"
    assert after[".env.example"] == "# MY_URL=\n# FANJOIN_DATA_DIR=.data\n# ELSEWHERE=\n"
    assert "graphs.adapters.pages" not in after["pyproject.toml"]
    assert 'other = "elsewhere.command:commands"' in after["pyproject.toml"]
    assert 'pages = "stays"' in after["pyproject.toml"]
    assert "reader" not in after["README.md"]
    assert "READER_KEY" not in after["README.md"]
    assert "fanjoin pages" not in after["README.md"]
    for left in ("| `painter` |", "<code>painter</code>", "`MY_URL`", "`fanjoin serve`"):
        assert left in after["README.md"]


def test_table_rows_of_every_document_go_with_the_graph(project: Path) -> None:
    before = "| graph | what |\n| --- | --- |\n| `reader` | reads |\n| `painter` | paints |\n"
    for name in ("graphs.md", "settings.md"):
        (project / "docs").mkdir(exist_ok=True)
        (project / "docs" / name).write_text(before + "| `READER_KEY` | its key |\n")

    result = remove(project, "reader", "--yes")

    left = {path.name: path.read_text() for path in (project / "docs").iterdir()}
    after = before.replace("| `reader` | reads |\n", "")
    assert left == {"graphs.md": after, "settings.md": after}
    assert "docs/settings.md: without the table rows" in result.output


def test_adapter_of_several_graphs_goes_with_the_last_of_them(project: Path) -> None:
    remove(project, "reader", "--yes")
    one = files_in(project)
    remove(project, "painter", "--yes")
    two = files_in(project)

    assert "graphs/adapters/lines.py" in one
    assert not {"graphs/adapters/lines.py", "graphs/adapters/pictures.py"} & two.keys()
    assert "tests/graphs/adapters/test_lines.py" not in two


def test_adapter_that_nobody_needed_before_is_left(project: Path) -> None:
    remove(project, "reader", "painter", "plain", "--yes")

    assert "graphs/adapters/unused.py" in files_in(project)


def test_it_says_what_it_will_do_and_does_nothing_unless_confirmed(project: Path) -> None:
    before = files_in(project)

    refused, unanswered = remove(project, "reader", answer="n\n"), remove(project, "reader")

    for result in (refused, unanswered):
        assert result.exit_code == 1
        for path in ("graphs/reader", "graphs/adapters/pages", "langgraph.json", "extras.txt"):
            assert path in result.output
    assert files_in(project) == before
    assert remove(project, "reader", answer="y\n").exit_code == 0
    assert not (project / "graphs" / "reader").exists()


@pytest.mark.parametrize("name", ["nope", "", "../app", "kit", "graphs/reader", "\x1b[1m"])
def test_unknown_name_is_refused_with_the_names_there_are(project: Path, name: str) -> None:
    before = files_in(project)

    result = remove(project, "reader", name, "--yes")

    assert result.exit_code == 2
    assert "reader, painter, plain" in result.stderr
    assert files_in(project) == before


@pytest.mark.parametrize(
    "line",
    [
        "from graphs.reader import part",
        "from .reader.part import KEY",
        "import graphs.reader.graph",
    ],
)
def test_graph_that_something_else_imports_is_refused(project: Path, line: str) -> None:
    (project / "graphs" / "plain.py").write_text(line)
    before = files_in(project)

    result = remove(project, "reader", "--yes")

    assert result.exit_code == 1
    assert "graphs/plain.py imports graphs.reader" in result.stderr
    assert files_in(project) == before


def test_file_of_two_graphs_stays_until_the_second_goes(project: Path) -> None:
    registry = json.loads((project / "langgraph.json").read_text())
    registry["graphs"]["second"] = "./graphs/plain.py:second"
    (project / "langgraph.json").write_text(json.dumps(registry))

    one = remove(project, "plain", "--yes")
    is_left = (project / "graphs" / "plain.py").exists()
    remove(project, "second", "--yes")

    assert "graphs/plain.py is left" in one.output
    assert is_left
    assert not (project / "graphs" / "plain.py").exists()


def test_file_outside_the_graphs_is_left_and_named(project: Path) -> None:
    registry = json.loads((project / "langgraph.json").read_text())
    registry["graphs"] |= {"far": "./src/far.py:graph", "kit": "./graphs/kit/__init__.py:graph"}
    (project / "langgraph.json").write_text(json.dumps(registry))

    result = remove(project, "far", "kit", "--yes")

    assert "src/far.py is left" in result.output
    assert (project / "graphs" / "kit").is_dir()
    assert {"far", "kit"}.isdisjoint(json.loads((project / "langgraph.json").read_text())["graphs"])


def test_nothing_is_half_done_where_a_file_cannot_be_written(project: Path) -> None:
    (project / "README.md").unlink()
    (project / "pyproject.toml").write_text("not = [toml")
    before = files_in(project)

    result = CliRunner().invoke(
        cli, ["remove", "reader", "--yes", "--graphs-file", str(project / "langgraph.json")]
    )

    assert result.exit_code == 1
    assert "pyproject.toml" in result.stderr
    assert files_in(project) == before
