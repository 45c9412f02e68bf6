"""A run whose branches return much: what is sent and stored of it has a bound."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.plain_json import MOST_REPORT_BYTES
from app.settings import Settings
from tests.app.execution.test_runner import events_of

GRAPH = """
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict


class Input(TypedDict):
    items: int
    size: int


class State(Input, total=False):
    text: str
    answer: str


class Output(TypedDict):
    answer: str


def study(state):
    return {"text": "x" * state["size"]}


def fan_out(state):
    return [Send("study", {"size": state["size"]}) for _ in range(state["items"])]


def join(state):
    return {"answer": "done"}


def last(one, other):
    return other


from typing import Annotated
State.__annotations__["text"] = Annotated[str, last]

builder = StateGraph(State, input_schema=Input, output_schema=Output)
builder.add_node(study)
builder.add_node(join)
builder.add_conditional_edges(START, fan_out, ["study"])
builder.add_edge("study", "join")
builder.add_edge("join", END)
graph = builder.compile()
"""
MANY = {"input": {"items": 120, "size": 60_000}}
"""7 MB of results for one word of output."""


@pytest.fixture
def large(tmp_path: Path, settings: Settings) -> Iterator[TestClient]:
    (tmp_path / "large.py").write_text(GRAPH)
    registry = tmp_path / "langgraph.json"
    registry.write_text(json.dumps({"graphs": {"large": "./large.py:graph"}}))
    with TestClient(create_app(settings.model_copy(update={"graphs_file": registry}))) as client:
        yield client


def stored_bytes(settings: Settings, column: str, table: str) -> int:
    with closing(sqlite3.connect(settings.data_dir / "fanjoin.db")) as file:
        [(size,)] = file.execute(f"SELECT total(length({column})) FROM {table}").fetchall()
    return int(size)


def test_answer_and_what_is_stored_of_it_are_bounded(large: TestClient, settings: Settings) -> None:
    answer = large.post("/graphs/large/invoke", json=MANY)
    body = answer.json()

    assert len(answer.content) <= MOST_REPORT_BYTES + 1000
    assert len(body["report"]["branches"]) == 121
    assert any("left out are" in warning for warning in body["report"]["warnings"])
    assert stored_bytes(settings, "report", "runs") <= MOST_REPORT_BYTES
    per_row = 121 * 500
    events = stored_bytes(settings, "last_events", "runs") + stored_bytes(
        settings, "events", "run_events"
    )
    assert events <= MOST_REPORT_BYTES + 2 * per_row
    assert large.get(f"/runs/{body['run_id']}/report").json() == body["report"]
    [branch] = [
        one
        for one in large.get("/graphs/large/statistics").json()["branches"]
        if one["branch"] == "study"
    ]
    assert branch["n"] == 120


def test_stream_and_its_replay_are_bounded_and_equal(large: TestClient) -> None:
    stream = large.post("/graphs/large/stream", json=MANY)
    events = events_of(stream)
    run_id = events[0][1]["run_id"]

    replay = large.get(f"/runs/{run_id}/stream")

    assert len(stream.content) <= 2 * MOST_REPORT_BYTES + 121 * 1000
    assert sum(name == "branch_finished" for name, _ in events) >= 120
    report: Any = dict(events)["report"]
    assert len(json.dumps(report, separators=(",", ":"))) <= MOST_REPORT_BYTES
    assert any("came without results" in warning for warning in report["warnings"])
    assert replay.text == stream.text
