"""The files of a new graph: where they go, and what is written into them."""

from pathlib import Path
from string import Template

from app.cli.errors import NotWritten

QUESTION = "Should we move to the sea?"
"""The example of the new graph's input."""


_TEXTS = Path(__file__).parent


def new_sources(name: str, folder: Path) -> dict[Path, str]:
    """Return the graph's file and, in a project that keeps tests, its test; neither is there yet.

    Raises NotWritten where there is no kit to import, or a file or package of that name.
    """
    graphs, tests = folder / "graphs", folder / "tests" / "graphs"
    if not (graphs / "kit").is_dir():
        raise NotWritten(
            f"{graphs / 'kit'} is not there, and a new graph imports it: name the registry that "
            f"stands beside graphs/ with FANJOIN_GRAPHS_FILE"
        )
    texts = {graphs / f"{name}.py": _fill("graph.txt", name)}
    if tests.is_dir():
        texts[tests / f"test_{name}.py"] = _fill("graph_test.txt", name)
    for path in (graphs / name, *texts):
        if path.exists():
            raise NotWritten(f"{path} is there already: choose another name")
    return texts


def _fill(file: str, name: str) -> str:
    title = name.replace("_", " ").capitalize()
    text = (_TEXTS / file).read_text(encoding="utf-8")
    return Template(text).substitute(name=name, title=title, question=QUESTION)
