"""`fanjoin upgrade`: a later version of Fanjoin, merged into a project of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.project.git import open_checkout
from app.cli.project.upgrade import Upgrade, merge_version
from app.cli.view.terminal import stdout

VersionArgument = Annotated[
    str | None,
    typer.Argument(help="A tag, branch or commit of the remote; by default its checkout."),
]

_ROOT = Path(__file__).parents[3]


def upgrade(version: VersionArgument = None) -> None:
    """Merge a later version into a project that `fanjoin init` has made."""
    merged = merge_version(open_checkout(_ROOT), version)
    stdout().print(describe(merged), soft_wrap=True, markup=False, highlight=False)


def describe(merged: Upgrade) -> str:
    if not merged.commit:
        return "This project has that version already."
    lines = [f"Merged Fanjoin {merged.commit[:12]}. `make check` shows whether all is green."]
    if merged.new_graphs:
        names = ", ".join(merged.new_graphs)
        lines.append(f"Left out, because this project has removed graphs: {names}.")
    return "\n".join(lines)
