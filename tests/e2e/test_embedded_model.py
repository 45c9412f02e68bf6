"""The whole way on the real embedded model: `make test-model`."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.local_llm.provision import provision
from app.main import create_app
from app.settings import Settings
from tests.app.test_runs import events_of, rows_of
from tests.conftest import ROOT

pytestmark = pytest.mark.real_model


def test_topic_brief_on_the_embedded_model_is_whole_and_reported(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, graphs_file=ROOT / "langgraph.json")
    provision(settings, lambda *_: None)

    with TestClient(create_app(settings)) as client:
        topic = {"input": {"topic": "tidal power"}}
        events = events_of(client.post("/graphs/topic_brief/stream", json=topic))

    names = [name for name, _ in events]
    found = dict(events)
    output, report = found["output"]["output"], found["report"]
    assert found["end"]["status"] == "success", found["end"]["error"]
    assert output["topic"] == "tidal power"
    assert len(output["questions"]) == 3
    assert "tid" in output["summary"].lower()
    assert output["summary"][:40] in output["brief"]
    assert "token" in names
    rows = rows_of(report)
    assert rows["summary"]["tokens"]["output"] > 10
    assert rows["synthesize"]["kind"] == "join"
    assert report["cost_usd"] == 0
    assert report["critical_path"][-1] == "synthesize"
    assert not report["warnings"]
