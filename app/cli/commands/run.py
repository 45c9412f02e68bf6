"""`fanjoin run`: one request to a running service, drawn live or printed as JSON."""

import asyncio
import json
import sys
from typing import Annotated, Any

import typer

from app.cli.address import local_url
from app.cli.client import ServiceClient, open_client, understanding
from app.cli.environment import load_settings
from app.cli.errors import Refused
from app.cli.inputs import example_input, parse_input, read_stdin
from app.cli.options import UrlOption
from app.cli.view.comparison import draw_comparison
from app.cli.view.live import RunView
from app.cli.view.terminal import stdout
from app.cli.view.watch import watch

GraphArgument = Annotated[str, typer.Argument(help="The graph's id, as `fanjoin graphs` lists it.")]

InputArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT",
        help="key=value words, one JSON object, or - for JSON on stdin; plain text where the input "
        "has one required text. Without it the graph's own example is sent.",
    ),
]

OneAtATimeOption = Annotated[
    bool,
    typer.Option(
        "--one-at-a-time",
        help="After the run, run the branches again one after another, and compare the times. "
        "With --json only the second run is made.",
    ),
]

_ONE_AT_A_TIME = {"max_concurrency": 1}

JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON, nothing else.")]


def run(
    graph: GraphArgument,
    words: InputArgument = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
    one_at_a_time: OneAtATimeOption = False,
) -> None:
    """Send one request to a running service and watch its branches."""
    words = [read_stdin()] if words == ["-"] else words or []
    settings = load_settings()
    address = url or local_url(settings.host, settings.port)
    ask = _print_answer if as_json else _watch_run

    async def talk() -> None:
        async with open_client(address, keys=settings.api_keys) as client:
            with understanding(address):
                await ask(client, graph, words, one_at_a_time)

    asyncio.run(talk())


async def _print_answer(
    client: ServiceClient, graph_id: str, words: list[str], one_at_a_time: bool
) -> None:
    config = _ONE_AT_A_TIME if one_at_a_time else None
    try:
        graph_input = await _make_input(client, graph_id, words)
        answer, status = await client.invoke(graph_id, graph_input, config), 0
    except Refused as refusal:
        answer, status = refusal.problem, 1
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    raise typer.Exit(status)


async def _watch_run(
    client: ServiceClient, graph_id: str, words: list[str], one_at_a_time: bool
) -> None:
    console = stdout()
    graph_input = await _make_input(client, graph_id, words)
    if not words:
        shown = json.dumps(graph_input, ensure_ascii=False)
        console.print(f"No input given, sending the graph's own example: {shown}\n", soft_wrap=True)
    view = RunView(graph_id)
    await watch(view, client.stream(graph_id, graph_input), console)
    if one_at_a_time and not view.has_failed:
        console.print("\nOnce more, one branch after another:\n")
        again = RunView(graph_id)
        await watch(again, client.stream(graph_id, graph_input, _ONE_AT_A_TIME), console)
        if view.report is not None and again.report is not None and not again.has_failed:
            console.print()
            console.print(draw_comparison(view.report, again.report))
        view = again
    raise typer.Exit(1 if view.has_failed else 0)


async def _make_input(client: ServiceClient, graph_id: str, words: list[str]) -> Any:
    schema = (await client.graph(graph_id))["input_schema"]
    return parse_input(words, schema) if words else example_input(schema)
