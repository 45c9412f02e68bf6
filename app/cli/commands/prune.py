"""`fanjoin prune`: delete what is old by the settings, now."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.environment import load_settings
from app.cli.json_output import write_json
from app.cli.options import JsonOption
from app.cli.view.measures import counted
from app.cli.view.terminal import stdout
from app.retention.sweeper import Sweeper, Swept
from app.settings import Settings
from app.storage.checkpoints import open_checkpoints
from app.storage.database import open_database

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only show how much would be deleted.")
]


def prune(dry_run: DryRunOption = False, as_json: JsonOption = False) -> None:
    """Delete old events, runs, threads and checkpoints.

    FANJOIN_KEEP_RUNS_DAYS and similar settings, and each thread's own time to live, say what is
    old. The service can keep running: the batches are small.
    """
    pruned = asyncio.run(_prune(load_settings(), dry_run=dry_run))
    if as_json:
        write_json(asdict(pruned))
    else:
        stdout().print(_describe(pruned, "would go" if dry_run else "gone"))


async def _prune(settings: Settings, *, dry_run: bool) -> Swept:
    async with open_database(settings) as database, open_checkpoints(settings) as checkpoints:
        pruner = Sweeper(database, checkpoints, settings)
        return await (pruner.count() if dry_run else pruner.sweep())


def _describe(pruned: Swept, gone: str) -> str:
    counts = (
        f"events of {counted(pruned.runs_without_events, 'run')}",
        counted(pruned.runs, "run"),
        counted(pruned.threads, "thread"),
        f"older checkpoints of {counted(pruned.shortened_threads, 'thread')}",
        f"checkpoints of {counted(pruned.run_checkpoints, 'finished run')}",
    )
    return "\n  ".join([f"{gone}:", *counts])
