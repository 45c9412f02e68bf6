"""`fanjoin lint`: what is certainly wrong with the graphs, and what looks wrong."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.environment import load_settings
from app.cli.options import GraphsFileOption
from app.cli.view.glyphs import status_glyph
from app.cli.view.measures import counted, printable
from app.cli.view.terminal import stdout
from app.graphs.lint import Finding
from app.graphs.registry import inspect_graphs

StrictOption = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]


def lint(graphs_file: GraphsFileOption = None, strict: StrictOption = False) -> None:
    """Check every graph; exit 1 on an error, with --strict on a warning too."""
    settings = load_settings(graphs_file=graphs_file)
    inspection = asyncio.run(inspect_graphs(settings.graphs_file))
    errors = [finding for finding in inspection.findings if finding.severity == "error"]
    failing = inspection.findings if strict else errors
    for problem in inspection.problems:
        _print(problem, status="failed")
    for finding in inspection.findings:
        _print(_describe(finding), status="failed" if finding in failing else "degraded")
    for note in inspection.notes:
        _print(f"{settings.graphs_file}: {note}", status="skipped")
    passed = len(inspection.entries) - len({finding.graph_id for finding in failing})
    stdout().print(
        f"{counted(passed, 'graph')} passed, "
        f"{counted(len(errors) + len(inspection.problems), 'error')}, "
        f"{counted(len(inspection.findings) - len(errors), 'warning')}"
    )
    if inspection.problems or failing:
        raise typer.Exit(1)


def _describe(finding: Finding) -> str:
    where = f"{finding.file} ({finding.graph_id})"
    return f"{where}: {f'{finding.node} {finding.message}'.strip()}\n  fix: {finding.fix}"


def _print(text: str, *, status: str) -> None:
    sign = status_glyph(status)
    table = Table.grid(padding=(0, 1))
    table.add_row(sign, Text(printable(text), overflow="fold"))
    stdout().print(table)
