"""`fanjoin new`: a small graph that works, to start from."""

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from app.cli.address import local_url
from app.cli.environment import load_settings
from app.cli.options import GraphsFileOption
from app.cli.project.scaffold import DESCRIPTION, QUESTION, add_graph
from app.cli.view.terminal import stdout
from app.settings import Settings

NameArgument = Annotated[str, typer.Argument(help="Its name in snake_case: my_graph.")]

DescriptionOption = Annotated[str, typer.Option(help="What callers read about it.")]


def new(
    name: NameArgument,
    description: DescriptionOption = DESCRIPTION,
    graphs_file: GraphsFileOption = None,
) -> None:
    """Write a small graph that works, its test and its entry in langgraph.json."""
    settings = load_settings(graphs_file=graphs_file)
    registry = settings.graphs_file.resolve()
    sources = add_graph(registry, name, description)
    lines = [
        *(f"wrote {_shown(path)}" for path in sources),
        *(["wrote no test: there is no folder tests/graphs"] if len(sources) == 1 else []),
        f"added {name} to {_shown(registry)}",
        "",
        *_next_steps(name, settings, graphs_file),
    ]
    stdout().print("\n".join(lines), soft_wrap=True)


def _next_steps(name: str, settings: Settings, graphs_file: Path | None) -> list[str]:
    option = f" --graphs-file {shlex.quote(str(graphs_file))}" if graphs_file else ""
    url = f"{local_url(settings.host, settings.port)}/graphs/{name}/invoke"
    body = shlex.quote(json.dumps({"input": {"question": QUESTION}}))
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
