"""`fanjoin model`: fetch the embedded model, find it, serve it."""

import asyncio
import os
import shlex
import shutil
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.environment import load_settings
from app.cli.streams import outlive_readers
from app.cli.view.fetch_bar import fetch_bar
from app.cli.weights import announce_download, provide_weights
from app.local_llm.fetch import locate, refresh
from app.local_llm.server import Endpoint, serve_model
from app.local_llm.weights import KNOWN

commands = typer.Typer(
    help="Fetch, find and serve the embedded model.\n\n"
    f"FANJOIN_LOCAL_MODEL: {', '.join(KNOWN)}, or a path to a GGUF file.",
    no_args_is_help=True,
)

console = Console(stderr=True)


@commands.command()
def pull(
    *,
    force: Annotated[bool, typer.Option(help="Fetch again what is downloaded already.")] = False,
) -> None:
    """Fetch the weights, or verify the downloaded ones, and print their path."""
    settings = load_settings()
    announce_download(settings, force=force)
    with fetch_bar() as progress:
        path = refresh(settings, progress, force=force)
    typer.echo(path)


@commands.command()
def path() -> None:
    """Print where the weights are; exit 1 if they are not downloaded yet."""
    weights = locate(load_settings())
    if weights is None:
        console.print("The weights are not downloaded yet: `fanjoin model pull` fetches them.")
        raise typer.Exit(1)
    typer.echo(weights)


@commands.command()
def serve(
    command: Annotated[
        list[str] | None,
        typer.Argument(help="A command to run with the model's variables, after `--`."),
    ] = None,
) -> None:
    """Serve the model until Ctrl-C, or for as long as COMMAND runs.

    With a model server in the settings, COMMAND runs on that and nothing is served; with
    FANJOIN_LOCAL_MODEL=off, it runs without a model.
    """
    if command and shutil.which(command[0]) is None:
        raise typer.BadParameter(f"there is no command {command[0]}")
    settings = load_settings()
    outlive_readers()
    if command and (settings.has_remote_model or settings.local_model == "off"):
        os.execvpe(command[0], command, {**os.environ, **settings.model_environment})  # noqa: S606  # the operator's own command
    weights = provide_weights(settings)
    try:
        code = asyncio.run(_serve(weights, command or []))
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)


async def _serve(weights: Path, command: list[str]) -> int:
    async with serve_model(weights) as server:
        if command:
            return await _run(command, server.endpoint)
        for name, value in server.endpoint.environment.items():
            typer.echo(f"export {name}={shlex.quote(value)}")
        console.print("Serving the model until Ctrl-C.")
        await server.has_given_up.wait()
        console.print(server.problem, soft_wrap=True)
    return 1


async def _run(command: list[str], endpoint: Endpoint) -> int:
    """Run the command with the model's variables and give back its exit code, as a shell would."""
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **endpoint.environment}
    )
    loop = asyncio.get_running_loop()
    # The terminal sends Ctrl-C to the command too; when that has ended, so does this.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    code = await process.wait()
    return code if code >= 0 else 128 - code
