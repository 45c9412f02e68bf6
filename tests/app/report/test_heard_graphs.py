"""The rows of the project's own graphs, held against a record that is not the service's own."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from tests.app.execution.test_runner import events_of
from tests.app.report import heard_graphs
from tests.app.report.as_heard import assert_as_heard
from tests.app.report.heard import HEARD
from tests.conftest import settings_in
from tests.machine import ROOT
from tests.model_server import ModelServer
from tests.source_server import SourceServer

GRAPHS = list(json.loads((ROOT / "langgraph.json").read_text())["graphs"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all."""
    folder = tmp_path_factory.mktemp("heard")
    registry = folder / "langgraph.json"
    graphs = {name: f"{heard_graphs.__file__}:{name}" for name in GRAPHS}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    settings = settings_in(folder).model_copy(update={"graphs_file": registry})
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize("graph_id", GRAPHS)
def test_rows_and_events_of_each_shipped_graph_are_as_a_callback_heard_them(
    service: TestClient, model_server: ModelServer, source_server: SourceServer, graph_id: str
) -> None:
    example = service.get(f"/graphs/{graph_id}").json()["example"]
    HEARD.forget()

    response = service.post(
        f"/graphs/{graph_id}/stream", json={"input": example, "thread_id": graph_id}
    )

    events = events_of(response)
    report = next(data for event, data in events if event == "report")
    assert_as_heard(report, events, HEARD)
    assert bool(HEARD.tokens) == bool(model_server.calls)
