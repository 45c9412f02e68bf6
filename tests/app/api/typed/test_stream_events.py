"""Every event that real runs send is one that OpenAPI describes, with no part left out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.api.typed.schemas.events import StreamEvent
from app.main import create_app
from app.runs.events import EventType
from app.settings import Settings
from tests.app.execution.telling import telling_settings
from tests.app.report import odd_graphs
from tests.app.report.test_odd_graphs import INPUTS
from tests.conftest import SERVED_GRAPHS

SERVED: dict[str, dict[str, Any]] = {
    "scripted": {"must": "fail"},
    "asks": {},
    "writes": {},
    "models": {},
}
"""A run that fails, one that asks, what nodes write, and what models say and think."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("events")
    telling = telling_settings(folder)
    graphs = {name: f"{odd_graphs.__file__}:{name}" for name in INPUTS}
    for file in (SERVED_GRAPHS, telling.graphs_file):
        for name, graph in json.loads(Path(file).read_text())["graphs"].items():
            path = graph if isinstance(graph, str) else graph["path"]
            if name in SERVED:
                graphs[name] = str(file.parent / path)
    registry = folder / "all.json"
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    changed = {**telling.model_dump(), "graphs_file": registry, "data_dir": folder / "data"}
    with TestClient(create_app(Settings(_env_file=None, **changed))) as client:
        yield client


def frames(client: TestClient, graph_id: str, given: Any) -> list[dict[str, Any]]:
    """Return a stream's events as an EventSource has them, their data read."""
    body = {"input": given, "thread_id": f"of-{graph_id}"}
    answer = client.post(f"/graphs/{graph_id}/stream", json=body)
    read = []
    for block in answer.text.strip().split("\n\n"):
        frame: dict[str, Any] = dict(line.split(": ", 1) for line in block.splitlines())
        read.append({**frame, "data": json.loads(frame["data"])})
    return read


def test_every_event_is_described_with_all_its_parts(client: TestClient) -> None:
    seen = set()
    for graph_id, given in (INPUTS | SERVED).items():
        for frame in frames(client, graph_id, given):
            event = StreamEvent.model_validate(frame).root
            data: BaseModel = event.data
            known = {field.alias or name for name, field in type(data).model_fields.items()}
            assert frame["data"].keys() <= known, (graph_id, frame)
            seen.add(event.event)

    assert seen == set(get_args(EventType))


def test_stream_is_described_by_its_events_told_apart_by_name(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    schemas = document["components"]["schemas"]
    for path, method in (("/graphs/asks/stream", "post"), ("/runs/{run_id}/stream", "get")):
        content = document["paths"][path][method]["responses"]["200"]["content"]
        one = {"$ref": "#/components/schemas/StreamEvent"}
        assert content == {"text/event-stream": {"itemSchema": one}}
    discriminator = schemas["StreamEvent"]["discriminator"]
    assert discriminator["propertyName"] == "event"
    assert discriminator["mapping"].keys() == set(get_args(EventType))
    started = schemas["BranchStarted"]["properties"]["data"]
    assert started["type"] == "string"
    assert started["contentSchema"] == {"$ref": "#/components/schemas/Started"}
