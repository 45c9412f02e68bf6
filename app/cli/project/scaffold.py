"""A small graph that works, its test and its entry: written together, or not at all."""

import keyword
import re
import shutil
from pathlib import Path
from string import Template

from app.cli.errors import NotWritten
from app.cli.project.registry import read_registry, text_of
from app.cli.view.measures import one_line
from app.graphs.schemas import pascal

DESCRIPTION = "Facts and doubts about one question side by side, joined to an answer."

QUESTION = "Should we move to the sea?"

_TEMPLATES = Path(__file__).parents[1] / "scaffold"

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_LONGEST_NAME = 40
"""The templates' lines still fit with it."""


def add_graph(registry: Path, name: str, description: str = DESCRIPTION) -> list[Path]:
    """Write a graph and, in a project with tests, its test; return their paths.

    Raises NotWritten, and then nothing is written.
    """
    _check_name(name)
    text = _registry_with(name, one_line(description), registry)
    sources = _new_sources(name, registry.parent)
    _write(sources, registry, text)
    return list(sources)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > _LONGEST_NAME:
        raise NotWritten(
            f"{name!r} cannot name a graph: use snake_case, like my_graph, with at most "
            f"{_LONGEST_NAME} characters and no keyword of Python"
        )


def _registry_with(name: str, description: str, registry: Path) -> str:
    """Return the text of langgraph.json with the graph as its last entry."""
    if not description or not description.isprintable():
        raise NotWritten("the description is empty or not text: say what callers should know")
    content = read_registry(registry)
    # Graphs of one name in PascalCase would have schemas of one name.
    for graph_id in content["graphs"]:
        if pascal(graph_id) == pascal(name):
            raise NotWritten(f"{registry} has a graph {graph_id!r} already: choose another name")
    content["graphs"][name] = {"path": f"./graphs/{name}.py:graph", "description": description}
    return text_of(content)


def _new_sources(name: str, folder: Path) -> dict[Path, str]:
    """Return the text of the graph's file and, in a project with tests, of its test."""
    graphs, tests = folder / "graphs", folder / "tests" / "graphs"
    if not (graphs / "kit").is_dir():
        raise NotWritten(
            f"{graphs / 'kit'} does not exist, and a new graph imports it: name the registry "
            "beside graphs/ with FANJOIN_GRAPHS_FILE"
        )
    texts = {graphs / f"{name}.py": _fill("graph.txt", name)}
    if tests.is_dir():
        texts[tests / f"test_{name}.py"] = _fill("graph_test.txt", name)
    for path in (graphs / name, *texts):
        if path.exists():
            raise NotWritten(f"{path} exists already: choose another name")
    return texts


def _fill(template: str, name: str) -> str:
    title = name.replace("_", " ").capitalize()
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return Template(text).substitute(name=name, title=title, question=QUESTION)


def _write(sources: dict[Path, str], registry: Path, text: str) -> None:
    """Write every file, or none."""
    draft = registry.with_name(f".{registry.name}.new")
    written: list[Path] = []
    try:
        for path, content in {**sources, draft: text}.items():
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(content)
        shutil.copymode(registry, draft)
        draft.replace(registry)
    except OSError as error:
        for path in written:
            path.unlink()
        reason = f"{error.filename}: {error.strerror}"
        raise NotWritten(f"nothing is written, because of {reason}") from error
