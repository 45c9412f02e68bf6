"""`fanjoin crons`: the crons of a running service, as its HTTP routes show and change them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.address import local_url
from app.cli.client import ServiceClient, open_client, understanding
from app.cli.environment import load_settings
from app.cli.inputs import parse_input, read_label, read_stdin
from app.cli.json_output import write_json
from app.cli.options import JsonOption, UrlOption
from app.cli.view.measures import one_line
from app.cli.view.terminal import stdout
from app.crons.cron import Missed

commands = typer.Typer(
    help="Run graphs by the clock: list, add, show, pause, resume, remove crons.",
    no_args_is_help=True,
)

CronArgument = Annotated[str, typer.Argument(metavar="CRON", help="The cron's id.")]


@commands.command("list")
def list_crons(
    graph: Annotated[str | None, typer.Option(help="Only crons of this graph.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most crons to list.")] = 50,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List your crons, newest first."""

    async def act(client: ServiceClient) -> None:
        crons = await client.crons(graph, limit)
        if as_json:
            write_json(crons)
        else:
            stdout().print(_lines(crons) if crons else "no such crons", soft_wrap=True)

    _with_service(url, act)


@commands.command()
def add(
    graph: Annotated[str, typer.Argument(help="The graph's id.")],
    schedule: Annotated[
        str, typer.Argument(help="Minute, hour, day, month and weekday, quoted: '0 7 * * 1-5'.")
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="key=value words, one JSON object, or - for JSON on stdin."
        ),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Whose clocks: Europe/Berlin.")] = "UTC",
    missed: Annotated[
        Missed, typer.Option(help="Missed ticks: run the latest once, or skip all.")
    ] = Missed.ONCE,
    thread: Annotated[str | None, typer.Option(help="Run on this thread.")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A label of the runs; may be repeated."),
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Run nothing until resumed.")] = False,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a graph in the background at each time of a schedule."""
    words = [read_stdin()] if words == ["-"] else words or []
    body = {
        "schedule": schedule,
        "timezone": timezone,
        "missed": missed,
        "thread_id": thread,
        "metadata": dict(map(read_label, metadata or [])),
        "paused": paused,
    }

    async def act(client: ServiceClient) -> None:
        schema = (await client.graph(graph))["input_schema"]
        graph_input = parse_input(words, schema) if words else {}
        _print(await client.create_cron(graph, {"input": graph_input, **body}), as_json=as_json)

    _with_service(url, act)


@commands.command()
def show(cron_id: CronArgument, url: UrlOption = None, as_json: JsonOption = False) -> None:
    """Show a cron, its next five times and its latest run."""

    async def act(client: ServiceClient) -> None:
        _print(await client.cron(cron_id), as_json=as_json)

    _with_service(url, act)


@commands.command()
def pause(cron_id: CronArgument, url: UrlOption = None) -> None:
    """Run nothing of a cron until it is resumed."""
    _set_paused(cron_id, url, is_paused=True)


@commands.command()
def resume(cron_id: CronArgument, url: UrlOption = None) -> None:
    """Let a paused cron run again; times that passed do not count as missed."""
    _set_paused(cron_id, url, is_paused=False)


@commands.command()
def remove(cron_id: CronArgument, url: UrlOption = None) -> None:
    """Delete a cron; its runs stay."""

    async def act(client: ServiceClient) -> None:
        await client.delete_cron(cron_id)
        stdout().print(f"cron {cron_id} is removed; its runs stay", soft_wrap=True)

    _with_service(url, act)


def _set_paused(cron_id: str, url: str | None, *, is_paused: bool) -> None:
    async def act(client: ServiceClient) -> None:
        cron = await client.change_cron(cron_id, {"paused": is_paused})
        then = "runs nothing until it is resumed" if is_paused else f"runs next at {_next(cron)}"
        stdout().print(f"cron {cron_id} {then}", soft_wrap=True)

    _with_service(url, act)


def _with_service(url: str | None, act: Callable[[ServiceClient], Awaitable[None]]) -> None:
    settings = load_settings()
    address = url or local_url(settings.host, settings.port)

    async def talk() -> None:
        async with open_client(address, keys=settings.api_keys) as client:
            with understanding(address):
                await act(client)

    asyncio.run(talk())


def _print(cron: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        write_json(cron)
    else:
        stdout().print(_details(cron))


def _lines(crons: list[dict[str, Any]]) -> Text:
    """Draw two lines per cron: an id is there to be copied, so it is never folded."""
    lines = [Text(f"{'cron':<32}  {'next (UTC)':<16}  schedule", style="bold")]
    for cron in crons:
        about = [cron["graph_id"], cron["timezone"], *_thread(cron), *_problem(cron)]
        lines += [
            Text(f"{cron['cron_id']:<32}  {_next(cron):<16}  {one_line(cron['schedule'])}"),
            Text(f"  {one_line(', '.join(about))}", style="dim"),
        ]
    return Text("\n").join(lines)


def _thread(cron: dict[str, Any]) -> list[str]:
    return [] if cron["thread_id"] is None else [f"thread {cron['thread_id']}"]


def _problem(cron: dict[str, Any]) -> list[str]:
    problem = cron["unreadable"] or cron["problem"]
    return [] if problem is None else [problem]


def _next(cron: dict[str, Any]) -> str:
    if cron["paused"]:
        return "paused"
    return "never" if cron["next_at"] is None else _as_minute(cron["next_at"])


def _as_minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def _details(cron: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    ticks = [
        f"{_as_minute(tick['local'])} ({_as_minute(tick['utc'])} UTC)" for tick in cron["next"]
    ]
    last = (
        cron["last_run_id"] and f"{cron['last_run_id']}, of {_as_minute(cron['last_tick_at'])} UTC"
    )
    rows = {
        "cron": cron["cron_id"],
        "graph": cron["graph_id"],
        "thread": cron["thread_id"],
        "schedule": f"{cron['schedule']}, {cron['timezone']}",
        "next": _next(cron) if not ticks else "\n".join(ticks),
        "missed": cron["missed"],
        "ends": cron["end_at"],
        "last run": last,
        "labels": ", ".join(f"{key}={value}" for key, value in cron["metadata"].items()),
        "input": json.dumps(cron["request"].get("input"), ensure_ascii=False),
        "problem": cron["problem"],
    }
    for name, value in rows.items():
        if value:
            lines = (one_line(line) for line in str(value).splitlines())
            table.add_row(name, Text("\n".join(lines)))
    return table
