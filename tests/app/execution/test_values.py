"""What graphs make of any kind, as answers, reports and thread states show it."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.execution.test_runner import events_of

GRAPH = """
import itertools
from enum import Enum
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict


class Bad:
    def __repr__(self):
        raise SystemExit

    __eq__ = __len__ = __iter__ = __bool__ = __repr__
    __hash__ = object.__hash__


class Level(Enum):
    LOW = "low"


class Person(BaseModel):
    name: str
    level: Level = Level.LOW


class Input(TypedDict):
    what: str


class Output(TypedDict, total=False):
    said: Any


class State(Input, Output, total=False):
    inner: Any


MADE = {
    "keys": lambda: {"said": {"scores": {1: "a", "1": "b"}}},
    "inner keys": lambda: {"said": 1, "inner": {1: "a", "1": "b"}},
    "endless": lambda: {"inner": itertools.count()},
    "bad": lambda: {"said": [Bad(), 1], "inner": {Bad(): Bad()}},
    "large": lambda: {"inner": [0] * 3_000_000},
    "person": lambda: {"inner": Person(name="Ann")},
}


def make(state: State) -> State:
    return MADE[state["what"]]()


def use(state: State) -> State:
    match state["what"]:
        case "endless":
            return {"said": sum(itertools.islice(state["inner"], 5))}
        case "person":
            known = interrupt({"who": state["inner"]})
            person = state["inner"]
            return {"said": [known, person.name, person.level is Level.LOW, type(person) is Person]}
    return {}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
builder.add_sequence([make, use])
builder.add_edge(START, "make")
builder.add_edge("use", END)
graph = builder.compile()
"""


@pytest.fixture
def values(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a service that has the graph `values`."""
    folder = tmp_path / "values"
    folder.mkdir()
    (folder / "values_graph.py").write_text(GRAPH)
    file = folder / "langgraph.json"
    file.write_text(json.dumps({"graphs": {"values": "./values_graph.py:graph"}}))
    return settings.model_copy(update={"graphs_file": file})


def invoke(client: TestClient, what: str, **body: Any) -> Any:
    return client.post("/graphs/values/invoke", json={"input": {"what": what}, **body})


def result_of(answer: Any, row: int = 0) -> Any:
    return answer.json()["report"]["branches"][row]["result"]


def test_output_whose_keys_would_become_one_is_refused_with_its_place(values: Settings) -> None:
    with TestClient(create_app(values)) as client:
        answer = invoke(client, "keys")

    assert answer.status_code == 502
    assert answer.json()["error_type"] == "InvalidOutput"
    assert "scores: the keys 1 and '1' would both become '1'" in answer.json()["detail"]
    assert result_of(answer) == {"said": {"scores": {"1": "a", "1 (str)": "b"}}}


def test_thread_state_whose_keys_would_become_one_is_refused(values: Settings) -> None:
    with TestClient(create_app(values)) as client:
        assert invoke(client, "inner keys", thread_id="t").status_code == 200
        state = client.get("/threads/t/state")

    assert state.status_code == 502
    assert "inner: the keys 1 and '1'" in state.json()["detail"]


def test_report_neither_consumes_an_iterator_nor_waits_for_its_end(values: Settings) -> None:
    with TestClient(create_app(values)) as client:
        answer = invoke(client, "endless")

    assert answer.json()["output"] == {"said": 10}
    assert result_of(answer) == {"inner": "count"}


def test_background_run_whose_state_cannot_be_stored_runs_to_its_end(
    values: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(values)) as client:
        body = {"input": {"what": "endless"}}
        run_id = client.post("/graphs/values/runs", json=body).json()["run_id"]
        events = events_of(client.get(f"/runs/{run_id}/stream"))
        run = client.get(f"/runs/{run_id}").json()

    assert run["output"] == {"said": 10}
    assert [data["id"] for name, data in events if name == "branch_finished"] == ["make", "use"]
    assert caplog.text.count("cannot be stored") == 1


def test_values_whose_code_ends_the_process_are_shown_by_their_type(values: Settings) -> None:
    with TestClient(create_app(values)) as client:
        answer = invoke(client, "bad")

    assert answer.status_code == 200
    assert answer.json()["output"] == {"said": ["Bad", 1]}
    assert result_of(answer) == {"said": ["Bad", 1], "inner": {"Bad": "Bad"}}


def test_huge_result_is_cut_without_being_read_to_its_end(values: Settings) -> None:
    with TestClient(create_app(values)) as client:
        answer = invoke(client, "large")

    assert result_of(answer)["truncated"] is True
    assert result_of(answer)["bytes"] is None


def test_resume_after_a_restart_finds_the_objects_as_they_were(
    values: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(values)) as client:
        asks = invoke(client, "person", thread_id="t").json()
    with TestClient(create_app(values)) as client:
        path = f"/runs/{asks['run_id']}/resume?wait=true"
        answer = client.post(path, json={"resume": "yes"}).json()

    assert asks["interrupts"][0]["value"] == {"who": {"name": "Ann", "level": "low"}}
    assert answer["output"] == {"said": ["yes", "Ann", True, True]}
    assert "unregistered" not in caplog.text
    assert "no graph declares" not in caplog.text
