"""`fanjoin lint` prints every finding and every graph that does not load."""

from pathlib import Path

from typer.testing import CliRunner, Result

from app.cli.typer_app import cli
from tests.app.cli.graph_files import write_graph, write_registry

CORPUS = Path(__file__).parents[2] / "lint_corpus"
WRONG = f"{CORPUS / 'wrong' / 'unequal_depth.py'}:graph"
SUSPICIOUS = f"{CORPUS / 'suspicious' / 'one_key_two_writers.py'}:graph"


def lint(*options: str) -> Result:
    return CliRunner().invoke(cli, ["lint", *options])


def test_good_graphs_pass_and_are_counted(tmp_path: Path) -> None:
    write_registry(tmp_path, one=write_graph(tmp_path), two=write_graph(tmp_path))

    result = lint("--strict")

    assert result.exit_code == 0
    assert "2 graphs passed, 0 errors, 0 warnings" in result.stdout


def test_certain_error_fails_and_says_where_what_and_how_to_mend(tmp_path: Path) -> None:
    write_registry(tmp_path, good=write_graph(tmp_path), bad=WRONG)

    result = lint()

    assert result.exit_code == 1
    assert "(bad): " in result.stdout
    assert "fix: " in result.stdout
    assert "1 graph passed, 1 error, 0 warnings" in result.stdout


def test_warning_fails_only_when_strict(tmp_path: Path) -> None:
    write_registry(tmp_path, odd=SUSPICIOUS)

    assert lint().exit_code == 0
    assert "1 graph passed, 0 errors, 1 warning" in lint().stdout
    assert lint("--strict").exit_code == 1
    assert "0 graphs passed" in lint("--strict").stdout


def test_graph_that_does_not_load_fails_beside_the_findings(tmp_path: Path) -> None:
    write_registry(tmp_path, gone="./gone.py:graph", bad=WRONG)

    result = lint()

    assert result.exit_code == 1
    assert "gone.py" in "".join(result.stdout.split())  # a long path is folded
    assert "(bad): " in result.stdout
    assert "0 graphs passed, 2 errors" in result.stdout
