"""The app: every command by its name, and the one place that turns errors into messages."""

from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from app.cli.errors import BadSettings, CommandError
from app.cli.lazy_command import LazyCommand
from app.cli.plugins import find_plugin, plugin_names
from app.cli.refusals import describe_refusal
from app.cli.view.terminal import complain
from app.env_files import UnreadableVariables
from app.errors import InvalidGraphs, ServiceError
from app.garbage import uncollected
from app.project import NAME, VERSION

COMMANDS = {
    "demo": "Start the service, show a sample request live, and keep serving.",
    "serve": "Start the service and serve until Ctrl-C.",
    "dev": "Serve, and reload the graphs when one of their files changes.",
    "run": "Send one request to a running service and watch its branches.",
    "graphs": "List the graphs, their branches and joins.",
    "diagram": "Print a graph as Mermaid text, or with --svg as a picture.",
    "openapi": "Print the OpenAPI document: every route, with the schemas of your graphs.",
    "init": "Make a project of your own from this checkout; later versions can be merged into it.",
    "upgrade": "Merge a later version into a project that `fanjoin init` has made.",
    "new": "Write a small graph that works, its test and its entry in langgraph.json.",
    "remove": (
        "Remove graphs: files, tests, entries, and the adapters and extras that only they need."
    ),
    "lint": "Check every graph; exit 1 on an error, with --strict on a warning too.",
    "model": "Fetch, find and serve the embedded model.",
    "runs": "List the stored runs, show one, cancel one.",
    "crons": "Run graphs by the clock: list, add, show, pause, resume, remove crons.",
    "prune": "Delete old events, runs, threads and checkpoints.",
    "backup": "Copy runs, threads and checkpoints into FOLDER while the service runs (SQLite).",
    "migrate": "Bring the database up to date.",
    "health": "Check that the service of this machine is ready; exit 1 if it is not.",
    "doctor": "Check this installation and say how to fix it; exit 1 if there is an error.",
}
"""Each is a module of `commands`, with a function of its name or a typer app `commands`.

The first line of its help stands here too, since importing them all takes seconds.
"""


class Commands(TyperGroup):
    """Loads a command when it is called, and reports its errors without a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        return all_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            return LazyCommand(cmd_name, COMMANDS[cmd_name], partial(load_command, cmd_name))
        return find_plugin(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CommandError as error:
            complain(str(error))
            raise typer.Exit(error.exit_code) from error
        except UnreadableVariables as error:
            complain(str(error))
            raise typer.Exit(BadSettings.exit_code) from error
        except InvalidGraphs as error:
            complain("\n  ".join(["the graphs cannot be served:", *error.problems]))
            raise typer.Exit(1) from error
        except ServiceError as error:
            complain(str(error))
            raise typer.Exit(1) from error
        except OSError as error:
            complain(describe_refusal(error))
            raise typer.Exit(1) from error


def all_names() -> list[str]:
    """Return this package's commands and then the plug-ins, which cannot replace them."""
    return [*COMMANDS, *(name for name in plugin_names() if name not in COMMANDS)]


def load_command(name: str) -> Any:
    with uncollected():
        module = import_module(f"app.cli.commands.{name}")
    if isinstance(group := vars(module).get("commands"), typer.Typer):
        loaded = get_group(group)
        loaded.name = name
        return loaded
    single = typer.Typer(add_completion=False)
    single.command(name)(vars(module)[name])
    return get_command(single)


cli = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _print_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"{NAME} {VERSION}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version."),
]


@cli.callback()
def fanjoin(show_version: VersionOption = False) -> None:
    """Parallel LangGraph graphs over HTTP: fan out, join, and see what every branch did."""
