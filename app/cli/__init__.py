"""The `fanjoin` command."""

from app.cli.commands import cli
from app.cli.terminal import write_anything


def main() -> None:
    write_anything()
    cli()
