"""`fanjoin init`: a project of one's own, made of this checkout."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from app.cli.project.own_project import REMOTE, make_project
from app.cli.view.terminal import stdout

FolderArgument = Annotated[Path, typer.Argument(help="An empty folder, or one to create.")]

NameOption = Annotated[str, typer.Option(help='What it is called: "Acme Briefs".')]

KeepOption = Annotated[
    str | None,
    typer.Option(metavar="GRAPH,…|none", help="The graphs to keep; all without this option."),
]

_ROOT = Path(__file__).parents[3]


def init(folder: FolderArgument, name: NameOption, keep: KeepOption = None) -> None:
    """Make a project of your own from this checkout; later versions can be merged into it."""
    target = folder.expanduser().absolute()
    graphs = make_project(_ROOT, target, name, _graphs_in(keep))
    lines = [
        f"made {target} with {', '.join(graphs)}",
        "",
        "Next:",
        f"  cd {shlex.quote(str(target))}",
        "  make run       serve, and show one request live",
        "  make check     every check, green as it is",
        f"  make upgrade   merge a later version from the remote {REMOTE}, {_ROOT}",
    ]
    stdout().print("\n".join(lines), soft_wrap=True, markup=False, highlight=False)


def _graphs_in(keep: str | None) -> list[str] | None:
    if keep is None:
        return None
    names = [name.strip() for name in keep.split(",") if name.strip()]
    return [] if names == ["none"] else names
