"""`fanjoin backup`: copy the SQLite files while the service runs."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.environment import load_settings
from app.cli.errors import CommandError
from app.storage.backup import BackupFailed, back_up

FolderArgument = Annotated[Path, typer.Argument(help="Where the copies go; created if missing.")]


def backup(folder: FolderArgument) -> None:
    """Copy runs, threads and checkpoints into FOLDER while the service runs (SQLite)."""
    settings = load_settings()
    if settings.database_url is not None:
        raise CommandError(
            "FANJOIN_DATABASE_URL names a PostgreSQL database: back it up with `pg_dump -Fc`"
        )
    try:
        copies = back_up(settings.data_dir, folder)
    except BackupFailed as error:
        raise CommandError(str(error)) from error
    for copy in copies:
        typer.echo(copy)
