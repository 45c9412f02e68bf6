"""Every command by its name, and the one place that turns errors into messages."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from app.cli.errors import CommandError
from app.cli.loading import uncollected
from app.cli.plugins import find_plug_in, plug_in_names
from app.cli.view.terminal import complain
from app.errors import InvalidGraphs, ServiceError

NAMES = (
    *("demo", "serve", "run", "graphs", "diagram", "new", "lint", "model"),
    *("runs", "prune", "backup", "migrate", "health", "doctor"),
)
"""Each is a module beside this one, with a function of its name or a typer app `commands`."""


class Commands(TyperGroup):
    """Loads a command when it is called, and tells what it failed on without a traceback.

    Loading all of them takes seconds, most of it LangGraph's, and `run` needs none of that.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return all_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _load(cmd_name) if cmd_name in NAMES else find_plug_in(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CommandError as error:
            complain(str(error))
            raise typer.Exit(error.exit_code) from error
        except InvalidGraphs as error:
            complain("\n  ".join(["the graphs cannot be served:", *error.problems]))
            raise typer.Exit(1) from error
        except ServiceError as error:
            complain(str(error))
            raise typer.Exit(1) from error


def all_names() -> list[str]:
    """Return this package's commands and then the plug-ins, which cannot replace them."""
    return [*NAMES, *(name for name in plug_in_names() if name not in NAMES)]


def _load(name: str) -> Any:
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


@cli.callback()
def fanjoin() -> None:
    """Parallel LangGraph graphs over HTTP: fan out, join, and see what every branch did."""
