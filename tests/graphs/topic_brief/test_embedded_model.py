"""Topic brief on the real embedded model: `make test-model`."""

import pytest
from fastapi.testclient import TestClient

from tests.app.execution.test_runner import events_of, rows_of

pytestmark = pytest.mark.real_model


def test_topic_brief_is_whole_and_streams_its_tokens(embedded_service: TestClient) -> None:
    topic = {"input": {"topic": "tidal power"}}

    events = events_of(embedded_service.post("/graphs/topic_brief/stream", json=topic))

    by_name = dict(events)
    assert by_name["end"]["status"] == "success", by_name["end"]["error"]
    output, report = by_name["output"]["output"], by_name["report"]
    assert output["topic"] == "tidal power"
    assert len(output["questions"]) == 3
    assert "tid" in output["summary"].lower()
    assert output["summary"][:40] in output["brief"]
    assert "token" in [name for name, _ in events]
    rows = rows_of(report)
    assert rows["summary"]["tokens"]["output"] > 10
    assert rows["synthesize"]["kind"] == "join"
    assert report["cost_usd"] == 0
    assert report["critical_path"][-1] == "synthesize"
    if all(row["attempts"] == 1 for row in rows.values()):
        assert not report["warnings"]
