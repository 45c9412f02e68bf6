"""`fanjoin runs`: what is kept of runs, read from the database, with or without a service."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from app.cli.environment import load_settings
from app.cli.errors import CommandError
from app.cli.inputs import read_label
from app.cli.json_output import write_json
from app.cli.options import JsonOption
from app.cli.problems import describe_problem
from app.cli.view.measures import as_time, one_line
from app.cli.view.summary import draw_figures
from app.cli.view.terminal import stdout
from app.errors import RunNotFound
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus
from app.runs.search import RunSearch
from app.storage.database import open_database

commands = typer.Typer(help="List the stored runs, show one, cancel one.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


@commands.command("list")
def list_runs(
    status: Annotated[RunStatus | None, typer.Option(help="Only runs of this status.")] = None,
    graph: Annotated[str | None, typer.Option(help="Only runs of this graph.")] = None,
    thread: Annotated[str | None, typer.Option(help="Only runs on this thread.")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Only runs with this label; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most runs to list.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the runs of all owners, newest first."""
    labels = dict(map(read_label, metadata or []))
    search = RunSearch(
        metadata=labels, status=status, graph_id=graph, thread_id=thread, limit=limit
    )
    runs = asyncio.run(_search(search))
    if as_json:
        write_json([_listed(run) for run in runs])
    else:
        console = stdout()
        console.print(_table(runs, console) if runs else "no such runs")


@commands.command()
def show(run_id: RunArgument, as_json: JsonOption = False) -> None:
    """Show one run and its result, with --json its branch report too."""
    run = asyncio.run(_get(run_id))
    if as_json:
        write_json(_shown(run))
    else:
        stdout().print(_details(run))
        if run.report:
            stdout().print(_figures(run))


@commands.command()
def cancel(run_id: RunArgument) -> None:
    """Cancel a run with all of its branches."""
    run = asyncio.run(_cancel(run_id))
    if run.is_over:
        raise CommandError(f"run {run_id} is over already: {run.status}")
    stdout().print(
        f"run {run_id} will be cancelled within a second, or when the service starts again",
        soft_wrap=True,
    )


async def _search(search: RunSearch) -> list[Run]:
    async with open_database(load_settings()) as database:
        return await RunRepository(database).search(search)


async def _get(run_id: str) -> Run:
    async with open_database(load_settings()) as database:
        run = await RunRepository(database).get(run_id, owner=None)
    if run is None:
        raise RunNotFound(f"there is no run {run_id!r}")
    return run


async def _cancel(run_id: str) -> Run:
    run = await _get(run_id)
    if not run.is_over:
        async with open_database(load_settings()) as database:
            await RunRepository(database).request_cancel(run_id)
    return run


def _listed(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "status": run.status,
        "graph_id": run.graph_id,
        "thread_id": run.thread_id,
        "owner": run.request.owner,
        "attempt": run.attempt,
        "metadata": run.request.metadata,
        "retry_of": run.request.retry_of,
        "resume_of": run.request.resume_of,
        "created_at": run.created_at,
        "ended_at": run.ended_at,
        "unreadable": run.unreadable,
    }


def _shown(run: Run) -> dict[str, Any]:
    return {
        **_listed(run),
        "request": run.request.shown(),
        "output": run.output,
        "interrupts": run.interrupts,
        "next": run.next,
        "error": run.problem,
        "report": run.report,
    }


def _table(runs: list[Run], console: Console) -> Table | Text:
    """Draw a line per run, or where that is too narrow two: graph and thread below the id."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("run", "status", "graph", "thread", "began", "took"):
        # An id is there to be copied: it is never folded.
        table.add_column(heading, overflow="fold", no_wrap=heading == "run")
    for run in runs:
        cells = (run.id, _status(run), run.graph_id, run.thread_id or "", _began(run), _took(run))
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    is_wide = Measurement.get(console, console.options, table).maximum < console.width
    return table if is_wide else _in_two_lines(runs)


def _in_two_lines(runs: list[Run]) -> Text:
    lines = [Text(f"{'run':<32}  {'status':<11}  {'began':<19}  took", style="bold")]
    for run in runs:
        names = f"{run.graph_id}, thread {run.thread_id}" if run.thread_id else run.graph_id
        lines += [
            Text(f"{run.id:<32}  {_status(run):<11}  {_began(run)}  {_took(run)}"),
            Text(f"  {one_line(names)}", style="dim"),
        ]
    return Text("\n").join(lines)


def _status(run: Run) -> str:
    return run.status if run.unreadable is None else "unreadable"


def _began(run: Run) -> str:
    return f"{run.created_at:%Y-%m-%d %H:%M:%S}"


def _took(run: Run) -> str:
    if run.ended_at is None:
        return ""
    return as_time((run.ended_at - run.created_at).total_seconds() * 1000)


def _details(run: Run) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    labels = ", ".join(f"{key}={value}" for key, value in run.request.metadata.items())
    rows = {
        "run": run.id,
        "status": run.status,
        "graph": run.graph_id,
        "thread": run.thread_id,
        "labels": labels,
        "began": _began(run),
        "attempt": str(run.attempt) if run.attempt > 1 else None,
        "retry of": run.request.retry_of,
        "answers": run.request.resume_of,
        "error": describe_problem(run.problem) if run.problem else None,
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, Text(one_line(value)))
    return table


def _figures(run: Run) -> Table:
    return draw_figures(run.report, has_failed=run.failure is not None, speedup_note="")
