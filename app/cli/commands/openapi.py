"""`fanjoin openapi`: the description of the API, made without a server."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from app.cli.environment import load_settings
from app.cli.options import GraphsFileOption, OutputOption
from app.main import create_app
from app.settings import Settings


def openapi(graphs_file: GraphsFileOption = None, output: OutputOption = None) -> None:
    """Print the OpenAPI document: every route, with the schemas of your graphs."""
    settings = load_settings(graphs_file=graphs_file)
    document = to_json(asyncio.run(_describe(settings)), indent=2).decode()
    (output or sys.stdout).write(f"{document}\n")


async def _describe(settings: Settings) -> dict[str, Any]:
    """Return the document of the service that these settings start, whatever it stores and asks."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = {
            "data_dir": Path(folder),
            "database_url": None,
            "local_model": "off",
            "sign_in": "settings",
        }
        app = create_app(settings.model_copy(update=elsewhere))
        async with app.router.lifespan_context(app):
            return app.openapi()
