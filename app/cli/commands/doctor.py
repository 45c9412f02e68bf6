"""The command: checks on the screen as they end, or as JSON; and the exit status."""

import asyncio
from collections import Counter
from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.doctor.checks import CHECKS, Check
from app.cli.doctor.examination import examine
from app.cli.doctor.findings import Finding
from app.cli.doctor.reading import Reading, read_settings
from app.cli.options import GraphsFileOption, JsonOption
from app.cli.view.glyphs import status_glyph
from app.cli.view.measures import counted, printable
from app.cli.view.terminal import stdout, write_json
from app.redaction import error_text

StrictOption = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]


SecondsOption = Annotated[float, typer.Option(min=0.1, help="The longest a check may take.")]


_GLYPHS = {"ok": "ok", "warning": "degraded", "error": "failed", "skipped": "skipped"}


_NAME_WIDTH = max(len(check.name) for check in CHECKS)


Examined = dict[str, list[Finding]]
"""What was found, by the name of the check."""


def doctor(
    graphs_file: GraphsFileOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    seconds: SecondsOption = 60,
) -> None:
    """Check this installation and say how to mend it; exit 1 if an error was found.

    One short question is put to the configured model. Nothing is fetched, migrated or changed.
    """
    reading = read_settings(graphs_file)
    console = Console(quiet=True) if as_json else stdout()
    examined = asyncio.run(_examine(reading, seconds, console))
    counts = Counter(finding.status for findings in examined.values() for finding in findings)
    if as_json:
        write_json(_listed(examined))
    else:
        errors, warnings = counted(counts["error"], "error"), counted(counts["warning"], "warning")
        stdout().print(f"{errors}, {warnings}")
    if counts["error"] or (strict and counts["warning"]):
        raise typer.Exit(1)


async def _examine(reading: Reading, seconds: float, console: Console) -> Examined:
    clean = error_text(reading.settings.secrets)
    waiting = [check.name for check in CHECKS]
    examined: Examined = {name: [] for name in waiting}
    with console.status("", spinner="line") as status:
        status.update(_waiting_for(waiting))
        async for check, findings in examine(CHECKS, reading, seconds=seconds):
            examined[check.name] = [
                replace(found, detail=clean(found.detail), mend=found.mend and clean(found.mend))
                for found in findings
            ]
            console.print(_table(check, examined[check.name]))
            waiting.remove(check.name)
            status.update(_waiting_for(waiting))
    return examined


def _waiting_for(names: list[str]) -> Text:
    return Text(f"looking at {', '.join(names)}", style="dim")


def _table(check: Check, findings: list[Finding]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold", min_width=_NAME_WIDTH)
    table.add_column(overflow="fold")
    for place, finding in enumerate(findings):
        mend = "" if finding.mend is None else f"\nmend: {finding.mend}"
        style = "dim" if finding.status == "skipped" else ""
        text = Text(printable(finding.detail + mend), style=style)
        name = check.name if place == 0 else ""
        table.add_row(status_glyph(_GLYPHS[finding.status]), name, text)
    return table


def _listed(examined: Examined) -> list[dict[str, str | None]]:
    return [
        {"name": name, **asdict(finding)}
        for name, findings in examined.items()
        for finding in findings
    ]
