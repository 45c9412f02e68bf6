"""`fanjoin graphs`: what langgraph.json offers, read without a server."""

import asyncio
from dataclasses import asdict
from itertools import chain, repeat
from typing import Any

from rich.table import Table
from rich.text import Text

from app.cli.environment import load_settings
from app.cli.json_output import write_json
from app.cli.options import GraphsFileOption, JsonOption
from app.cli.view.glyphs import BRANCH, FORK, JOIN
from app.cli.view.terminal import stdout
from app.graphs.registry import GraphEntry, load_registry
from app.graphs.shape import BranchPolicy


def graphs(graphs_file: GraphsFileOption = None, as_json: JsonOption = False) -> None:
    """List the graphs, their branches and joins."""
    settings = load_settings(graphs_file=graphs_file)
    entries = list(
        asyncio.run(
            load_registry(settings.graphs_file, excludes_bad=settings.excludes_bad_graphs)
        ).values()
    )
    if as_json:
        write_json([_plain(entry) for entry in entries])
    else:
        stdout().print(_table(entries))


def _plain(entry: GraphEntry) -> dict[str, Any]:
    return {
        "graph_id": entry.id,
        "description": entry.description,
        "file": entry.file,
        "branches": [asdict(branch) for branch in entry.branches],
        "joins": entry.joins,
    }


def _table(entries: list[GraphEntry]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for entry in entries:
        table.add_row(Text(entry.id), Text(entry.description))
        if entry.branches or entry.joins:
            table.add_row("", _fan_out(entry))
        table.add_row("", "")
    return table


def _fan_out(entry: GraphEntry) -> Table:
    """Draw the branches over their join, as the live view does."""
    table = Table.grid(padding=(0, 1))
    for branch, rail in zip(entry.branches, chain([FORK], repeat(BRANCH)), strict=False):
        table.add_row(rail, Text(branch.name), Text(_policy(branch), style="dim"))
    for join in entry.joins:
        table.add_row(JOIN, Text(join, style="bold"), "")
    return table


def _policy(branch: BranchPolicy) -> str:
    words = {
        "required": branch.required is True,
        "optional": branch.required is False,
        f"{branch.timeout or 0:g} s": branch.timeout is not None,
        f"{branch.attempts} attempts": (branch.attempts or 1) > 1,
        "fallback": branch.has_fallback is True,
    }
    return ", ".join(word for word, applies in words.items() if applies)
