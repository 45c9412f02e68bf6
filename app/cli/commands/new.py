"""`fanjoin new`: a small graph that works, to start from."""

import json
import keyword
import re
import shlex
import shutil
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from app.cli.address import local_url
from app.cli.environment import load_settings
from app.cli.errors import NotWritten
from app.cli.options import GraphsFileOption
from app.cli.view.measures import one_line
from app.cli.view.terminal import stdout
from app.graphs.schemas import pascal
from app.settings import Settings

NameArgument = Annotated[str, typer.Argument(help="Its name in snake_case: my_graph.")]

DescriptionOption = Annotated[str, typer.Option(help="What callers read about it.")]

_DESCRIPTION = "Facts and doubts about one question side by side, joined to an answer."

_QUESTION = "Should we move to the sea?"

_TEMPLATES = Path(__file__).parents[1] / "scaffold"

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_LONGEST_NAME = 40
"""The templates' lines still fit with it."""


def new(
    name: NameArgument,
    description: DescriptionOption = _DESCRIPTION,
    graphs_file: GraphsFileOption = None,
) -> None:
    """Write a small graph that works, its test and its entry in langgraph.json."""
    settings = load_settings(graphs_file=graphs_file)
    registry = settings.graphs_file.resolve()
    _check_name(name)
    text = _registry_with(name, one_line(description), registry)
    sources = _new_sources(name, registry.parent)
    _write(sources, registry, text)
    lines = [
        *(f"wrote {_shown(path)}" for path in sources),
        *(["wrote no test: there is no folder tests/graphs"] if len(sources) == 1 else []),
        f"added {name} to {_shown(registry)}",
        "",
        *_next_steps(name, settings, graphs_file),
    ]
    stdout().print("\n".join(lines), soft_wrap=True)


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
    try:
        content = json.loads(registry.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        fix = "correct it, or name another file with FANJOIN_GRAPHS_FILE"
        raise NotWritten(f"{registry} cannot be read as JSON ({error}): {fix}") from error
    if not isinstance(content, dict) or not isinstance(content.get("graphs"), dict):
        raise NotWritten(f'{registry} has no object "graphs": write {{"graphs": {{}}}}')
    # Graphs of one name in PascalCase would have schemas of one name.
    for graph_id in content["graphs"]:
        if pascal(graph_id) == pascal(name):
            raise NotWritten(f"{registry} has a graph {graph_id!r} already: choose another name")
    content["graphs"][name] = {"path": f"./graphs/{name}.py:graph", "description": description}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


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
    return Template(text).substitute(name=name, title=title, question=_QUESTION)


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


def _next_steps(name: str, settings: Settings, graphs_file: Path | None) -> list[str]:
    option = f" --graphs-file {shlex.quote(str(graphs_file))}" if graphs_file else ""
    url = f"{local_url(settings.host, settings.port)}/graphs/{name}/invoke"
    body = shlex.quote(json.dumps({"input": {"question": _QUESTION}}))
    return [
        f"It works as it is. Change it in graphs/{name}.py, and try it:",
        f"  fanjoin serve{option}",
        f"  curl {url} -H 'content-type: application/json' -d {body}",
        "  make test      its test, and the tests of every graph",
        "  make studio    the graph in LangGraph Studio",
    ]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
