"""`fanjoin diagram`: one graph drawn, without a server."""

import asyncio
import sys
from typing import Annotated

import typer

from app.cli.environment import load_settings
from app.cli.options import GraphsFileOption, OutputOption
from app.graphs.diagram import mermaid_of, svg_of
from app.graphs.registry import load_registry

GraphArgument = Annotated[str, typer.Argument(help="The graph's id, as `fanjoin graphs` lists it.")]

SvgOption = Annotated[bool, typer.Option("--svg", help="Draw a picture instead of Mermaid text.")]


def diagram(
    graph: GraphArgument,
    graphs_file: GraphsFileOption = None,
    svg: SvgOption = False,
    output: OutputOption = None,
) -> None:
    """Print a graph as Mermaid text, or with --svg as a picture."""
    settings = load_settings(graphs_file=graphs_file)
    entry = asyncio.run(
        load_registry(settings.graphs_file, excludes_bad=settings.excludes_bad_graphs)
    )[graph]
    drawn = svg_of(entry.graph) if svg else mermaid_of(entry.graph)
    (output or sys.stdout).write(drawn)
