"""`fanjoin new`: a graph of one's own, begun with a small one that works."""

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from app.cli.address import local_url
from app.cli.environment import load_settings
from app.cli.errors import NotWritten
from app.cli.options import GraphsFileOption
from app.cli.scaffold.names import check_name
from app.cli.scaffold.registry_file import RegistryFile
from app.cli.scaffold.sources import QUESTION, new_sources
from app.cli.scaffold.writing import write_together
from app.cli.view.measures import one_line
from app.cli.view.terminal import stdout
from app.settings import Settings

NameArgument = Annotated[str, typer.Argument(help="What to call it, in snake_case: my_graph.")]


DescriptionOption = Annotated[str, typer.Option(help="What callers read about it.")]


_DESCRIPTION = "Facts and doubts about one question side by side, joined to an answer."


def new(
    name: NameArgument,
    description: DescriptionOption = _DESCRIPTION,
    graphs_file: GraphsFileOption = None,
) -> None:
    """Write a small graph that works, its test and its entry in langgraph.json, or nothing."""
    settings = load_settings(graphs_file=graphs_file)
    check_name(name)
    if not (told := one_line(description)) or not told.isprintable():
        raise NotWritten("the description is empty or no text: say what callers should know")
    registry = RegistryFile.read(settings.graphs_file.resolve())
    sources = new_sources(name, registry.path.parent)
    text = registry.with_graph(name, told)
    try:
        write_together({**sources, registry.path: text})
    except OSError as error:
        raise NotWritten(f"nothing is written, for {error.filename}: {error.strerror}") from error
    lines = [
        *(f"wrote {_shown(path)}" for path in sources),
        *(["wrote no test: there is no folder tests/graphs"] if len(sources) == 1 else []),
        f"added {name} to {_shown(registry.path)}",
        "",
        *_next_steps(name, settings, graphs_file),
    ]
    stdout().print("\n".join(lines), soft_wrap=True)


def _next_steps(name: str, settings: Settings, graphs_file: Path | None) -> list[str]:
    named = f" --graphs-file {shlex.quote(str(graphs_file))}" if graphs_file else ""
    url = f"{local_url(settings.host, settings.port)}/graphs/{name}/invoke"
    body = shlex.quote(json.dumps({"input": {"question": QUESTION}}))
    return [
        f"It works as it is. Make it yours in graphs/{name}.py, and see it:",
        f"  fanjoin serve{named}",
        f"  curl {url} -H 'content-type: application/json' -d {body}",
        "  make test      its test, and what every graph promises",
        "  make studio    the graph in LangGraph Studio",
    ]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
