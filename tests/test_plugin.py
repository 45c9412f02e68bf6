"""The plugin serves the project's own graphs to tests of a graph."""

import json

import httpx2
from fastapi.testclient import TestClient

from tests.live_server import LiveServer
from tests.machine import ROOT

GRAPHS = set(json.loads((ROOT / "langgraph.json").read_text())["graphs"])


def test_service_has_the_graphs_of_the_project(graph_service: TestClient) -> None:
    assert {graph["graph_id"] for graph in graph_service.get("/graphs").json()} == GRAPHS


def test_live_service_has_them_too(live_graphs: LiveServer) -> None:
    listed = httpx2.get(f"{live_graphs.url}/graphs", trust_env=False).json()

    assert {graph["graph_id"] for graph in listed} == GRAPHS
