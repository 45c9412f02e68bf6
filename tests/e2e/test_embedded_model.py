"""Every graph, the whole way, on the real embedded model: `make test-model`.

What one graph says there stands with its other tests, in `test_embedded_model.py`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from tests.app.execution.test_runner import rows_of
from tests.conftest import ROOT
from tests.embedded_model import ASKING, DEGRADED, NO_MODEL, AnswerOf

pytestmark = pytest.mark.real_model

GRAPHS = list(json.loads((ROOT / "langgraph.json").read_text())["graphs"])
each_graph = pytest.mark.parametrize("graph_id", GRAPHS)


@each_graph
def test_graph_answers_its_documented_example(
    graph_id: str, answer_of: AnswerOf, embedded_service: TestClient
) -> None:
    answer = answer_of(graph_id)

    assert answer["degraded"] is (graph_id in DEGRADED), rows_of(answer["report"])
    if graph_id in ASKING:
        assert [texts_in(question["value"]) for question in answer["interrupts"]]
        return
    schema = embedded_service.get(f"/graphs/{graph_id}").json()["output_schema"]
    jsonschema.validate(answer["output"], schema)
    assert answer["status"] == "success"
    assert all(text.strip() for text in texts_in(answer["output"]))


@each_graph
def test_report_of_a_graph_is_complete(
    graph_id: str, answer_of: AnswerOf, embedded_service: TestClient
) -> None:
    report = answer_of(graph_id)["report"]

    graph = embedded_service.get(f"/graphs/{graph_id}").json()
    rows = report["branches"]
    assert {branch["name"] for branch in graph["branches"]} <= {
        re.split(r"[#\[]", row["id"].rpartition("/")[2])[0] for row in rows
    }
    assert set(graph["joins"]) <= {row["id"] for row in rows if row["kind"] == "join"}
    if graph_id not in ASKING:
        assert report["critical_path"][-1] in graph["joins"]
    assert all(row["duration_ms"] > 0 for row in rows if (row["tokens"] or {}).get("output"))
    assert all(row["error"] for row in rows if row["status"] in ("failed", "timeout", "cancelled"))
    assert report["cost_usd"] == 0
    if all(row["status"] != "cancelled" and is_first_attempt(row) for row in rows):
        # who is cut off, or was tried again, tells no usage
        assert (report["tokens"]["output"] > 10) is (graph_id not in NO_MODEL)
        assert not report["warnings"]


def is_first_attempt(row: dict[str, Any]) -> bool:
    return bool(row["attempts"] <= 1)


def texts_in(value: Any) -> Iterator[str]:
    """Every text of an output, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)
