"""`fanjoin doctor`: what is wrong with this installation, and how to fix it."""

import asyncio
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.doctor.checks import CHECKS, Check, run_checks
from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading, read_settings
from app.cli.json_output import write_json
from app.cli.options import GraphsFileOption, JsonOption
from app.cli.view.glyphs import status_glyph
from app.cli.view.measures import counted, printable
from app.cli.view.terminal import stdout
from app.redaction import redactor

StrictOption = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]

SecondsOption = Annotated[float, typer.Option(min=0.1, help="The longest a check may take.")]

_GLYPHS = {"ok": "ok", "warning": "degraded", "error": "failed", "skipped": "skipped"}

_NAME_WIDTH = max(len(check.name) for check in CHECKS)


def doctor(
    graphs_file: GraphsFileOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    seconds: SecondsOption = 60,
) -> None:
    """Check this installation and say how to fix it; exit 1 if there is an error.

    Sends one short question to the configured model. Fetches, migrates and changes nothing.
    """
    reading = read_settings(graphs_file)
    console = stdout(sys.stdout, quiet=as_json)
    # A graph's file may print while it is loaded.
    with redirect_stdout(sys.stderr):
        results = asyncio.run(_check(reading, seconds, console))
    counts = Counter(finding.status for findings in results.values() for finding in findings)
    if as_json:
        write_json(
            [{"name": name, **asdict(finding)} for name in results for finding in results[name]]
        )
    else:
        errors, warnings = counted(counts["error"], "error"), counted(counts["warning"], "warning")
        console.print(f"{errors}, {warnings}")
    if counts["error"] or (strict and counts["warning"]):
        raise typer.Exit(1)


async def _check(reading: Reading, seconds: float, console: Console) -> dict[str, list[Finding]]:
    """Show each check as it ends; return the findings by its name, in the order of the list."""
    redact = redactor(reading.settings.secrets)
    results: dict[str, list[Finding]] = {check.name: [] for check in CHECKS}
    with console.status(Text("checking", style="dim"), spinner="line"):
        async for check, findings in run_checks(CHECKS, reading, seconds=seconds):
            results[check.name] = [
                replace(one, detail=redact(one.detail), fix=one.fix and redact(one.fix))
                for one in findings
            ]
            console.print(_table(check, results[check.name]))
    return results


def _table(check: Check, findings: list[Finding]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold", min_width=_NAME_WIDTH)
    table.add_column(overflow="fold")
    for index, finding in enumerate(findings):
        fix = "" if finding.fix is None else f"\nfix: {finding.fix}"
        style = "dim" if finding.status == "skipped" else ""
        text = Text(printable(finding.detail + fix), style=style)
        table.add_row(status_glyph(_GLYPHS[finding.status]), "" if index else check.name, text)
    return table
