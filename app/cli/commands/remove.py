"""`fanjoin remove`: a graph, with all that only it needs."""

from typing import Annotated

import typer

from app.cli.environment import load_settings
from app.cli.options import GraphsFileOption
from app.cli.project.removal import Removal, plan_removal
from app.cli.view.terminal import stdout

NamesArgument = Annotated[list[str], typer.Argument(metavar="GRAPH...", help="Their ids.")]

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def remove(
    graphs: NamesArgument, yes: YesOption = False, graphs_file: GraphsFileOption = None
) -> None:
    """Remove graphs: files, tests, entries, and the adapters and extras that only they need."""
    registry = load_settings(graphs_file=graphs_file).graphs_file.resolve()
    removal = plan_removal(registry.parent, list(dict.fromkeys(graphs)), registry.name)
    stdout().print(describe(removal), soft_wrap=True, markup=False, highlight=False)
    if not yes:
        typer.confirm("Remove all this?", abort=True)
    removal.apply()
    stdout().print("Removed. `make check` shows that the rest works without it.", soft_wrap=True)


def describe(removal: Removal) -> str:
    """Return what is going to be done, a line for each file or folder."""
    deleted = [f"  delete  {path}" for path in removal.deleted]
    return "\n".join([*deleted, *(f"  change  {note}" for note in removal.notes)])
