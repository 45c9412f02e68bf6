"""The events that a graph of `telling_graphs` streams, by the service's own route."""

import json
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.settings import Settings

REGISTRY = Path(__file__).parents[1] / "telling_graphs" / "langgraph.json"


def telling_settings(data_dir: Path) -> Settings:
    return Settings(
        _env_file=None,
        graphs_file=REGISTRY,
        data_dir=data_dir,
        local_model="off",
        allowed_hosts=("testserver",),
    )


def events_of(text: str) -> list[tuple[str, Any]]:
    """Return the events of a stream by their names, in order."""
    blocks = [dict(line.split(": ", 1) for line in one.splitlines()) for one in text.split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def stream(client: TestClient, graph_id: str, **body: Any) -> list[tuple[str, Any]]:
    sent = {"input": {}, **body}
    return events_of(client.post(f"/graphs/{graph_id}/stream", json=sent).text)


def warnings_of(client: TestClient, graph_id: str, **body: Any) -> list[str]:
    (report,) = [data for name, data in stream(client, graph_id, **body) if name == "report"]
    warnings: list[str] = report["warnings"]
    return warnings
