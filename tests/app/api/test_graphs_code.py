"""A graph's code outside of runs: what it raises ends the request that runs it, alone."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.cli.graph_files import write_registry
from tests.live_server import PATIENCE_SECONDS, LiveServer, serve

GRAPH = """
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, field_validator
from typing_extensions import TypedDict

KINDS = {kind.__name__: kind for kind in (SystemExit, KeyboardInterrupt, GeneratorExit)}

class Input(BaseModel):
    kind: str

    @field_validator("kind")
    @classmethod
    def exits(cls, kind):
        if kind in KINDS:
            raise KINDS[kind]("validator")
        return kind

class State(TypedDict, total=False):
    kind: str
    edited: str

async def node(state):
    return {}

async def route(state):
    if "edited" in state:
        raise KINDS[state["edited"]]("router")
    return END

builder = StateGraph(State, input_schema=Input)
builder.add_node(node)
builder.add_edge(START, "node")
builder.add_conditional_edges("node", route, [END])
graph = builder.compile()

def reduce(known, new):
    raise KINDS[new]("reducer")

class Reduced(TypedDict, total=False):
    kind: str
    reduced: Annotated[str, reduce]

async def write(state):
    return {"reduced": state["kind"]}

async def ask(state):
    return {"reduced": interrupt("which?")}

builder = StateGraph(Reduced)
for asking_or_not in (write, ask):
    builder.add_node(asking_or_not)
    builder.add_edge(START, asking_or_not.__name__)
asking = builder.compile()
"""

KINDS = pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[LiveServer]:
    (tmp_path / "exits.py").write_text(GRAPH)
    graphs = {"exits": "./exits.py:graph", "asking": "./exits.py:asking"}
    registry = write_registry(tmp_path, **graphs)
    with serve(create_app(settings.model_copy(update={"graphs_file": registry}))) as server:
        yield server


def post(server: LiveServer, path: str, body: object) -> httpx2.Response:
    return httpx2.post(f"{server.url}{path}", json=body, timeout=PATIENCE_SECONDS)


@KINDS
def test_a_validator_that_exits_ends_its_request(server: LiveServer, kind: str) -> None:
    answer = post(server, "/graphs/exits/invoke", {"input": {"kind": kind}})

    assert answer.status_code == 422
    assert post(server, "/graphs/exits/invoke", {"input": {"kind": "fine"}}).status_code == 200


@KINDS
def test_a_router_that_exits_during_an_edit_of_a_state_ends_its_request(
    server: LiveServer, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = post(server, "/graphs/exits/invoke", {"input": {"kind": "x"}, "thread_id": "t"})
    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        edit = {"values": {"edited": kind}, "as_node": "node"}
        answer = post(server, "/threads/t/state", edit)

    assert run.status_code == 200
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert post(server, "/graphs/exits/invoke", {"input": {"kind": "fine"}}).status_code == 200


@pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt"])
def test_a_reducer_that_exits_beside_a_question_ends_its_run_and_its_state_is_readable(
    server: LiveServer, kind: str
) -> None:
    run = post(server, "/graphs/asking/invoke", {"input": {"kind": kind}, "thread_id": "t"})
    reads = [
        httpx2.get(f"{server.url}/threads/t", timeout=PATIENCE_SECONDS),
        httpx2.get(f"{server.url}/threads/t/state", timeout=PATIENCE_SECONDS),
        post(server, "/threads/t/history", {}),
    ]

    assert run.status_code == 502
    assert run.json()["error_type"] == kind
    assert [read.status_code for read in reads] == [200, 200, 200]
    assert reads[1].json()["values"] == {"kind": kind}
    assert post(server, "/graphs/exits/invoke", {"input": {"kind": "fine"}}).status_code == 200
