"""Options that several commands share; each overrules the variable it names."""

from pathlib import Path
from typing import Annotated

import typer

HostOption = Annotated[str | None, typer.Option(help="Address to listen on (FANJOIN_HOST).")]

PortOption = Annotated[int | None, typer.Option(help="Port to listen on (FANJOIN_PORT).")]

OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]

GraphsFileOption = Annotated[
    Path | None, typer.Option(help="The registry of graphs (FANJOIN_GRAPHS_FILE).")
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

UrlOption = Annotated[
    str | None, typer.Option(help="The service; by default the one of FANJOIN_HOST and _PORT.")
]

OutputOption = Annotated[
    typer.FileTextWrite | None,
    typer.Option("--output", "-o", encoding="utf-8", help="Write to this file."),
]
