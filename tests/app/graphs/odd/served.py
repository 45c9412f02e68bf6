"""Serves the odd graphs, each by the name it has in its file."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from app.settings import Settings
from tests.app.service_at_hand import opened


@asynccontextmanager
async def served(
    settings: Settings, folder: Path, file: str, names: Sequence[str]
) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve some graphs of a file, and return a client."""
    registry = folder / "langgraph.json"
    graphs = {name: f"tests.app.graphs.odd.{file}:{name}" for name in names}
    registry.write_text(json.dumps({"graphs": graphs}))
    async with opened(settings.model_copy(update={"graphs_file": registry})) as (client, _):
        yield client
