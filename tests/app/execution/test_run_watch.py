"""What the report says of nodes that block: real graphs, in a real service."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.cli.graph_files import write_registry

STATE = """
import operator, time
from typing import Annotated
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

def slow_add(old, new):
    if old:
        time.sleep(0.15)
    return old + new

class State(TypedDict, total=False):
    number: int
    notes: Annotated[list[int], operator.add]
    slow: Annotated[list[int], slow_add]

builder = StateGraph(State)
"""

SENDS = """
def work(state):
    time.sleep(0.15)
    return {"notes": [state["number"]]}

builder.add_node(work)
three = lambda _: [Send("work", {"number": number}) for number in range(3)]
builder.add_conditional_edges(START, three, ["work"])
graph = builder.compile()
"""

BLOCKS = """
async def one(state):
    time.sleep(0.2)

async def two(state):
    time.sleep(0.2)

builder.add_node(one)
builder.add_node(two)
builder.add_edge(START, "one")
builder.add_edge(START, "two")
graph = builder.compile()
"""

BLOCKS_WITHIN = """
async def deep(state):
    time.sleep(0.2)

async def outer(state):
    await inner.ainvoke(state)

builder.add_node(deep)
builder.add_edge(START, "deep")
inner = builder.compile()
around = StateGraph(State)
around.add_node(outer)
around.add_edge(START, "outer")
graph = around.compile()
"""

BLOCKS_BETWEEN = """
async def one(state):
    return {"slow": [1]}

builder.add_node(one)
builder.add_node("two", one)
builder.add_edge(START, "one")
builder.add_edge("one", "two")
graph = builder.compile()
"""


def report_on(folder: Path, settings: Settings, code: str) -> dict[str, Any]:
    (folder / "blocking.py").write_text(STATE + code)
    registry = write_registry(folder, blocking="./blocking.py:graph")
    with TestClient(create_app(settings.model_copy(update={"graphs_file": registry}))) as client:
        answer = client.post("/graphs/blocking/invoke", json={"input": {"number": 1}})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()["report"]
    return report


def test_plain_nodes_that_wait_for_a_thread_are_queued(tmp_path: Path, settings: Settings) -> None:
    one_thread = settings.model_copy(update={"node_threads": 1})

    report = report_on(tmp_path, one_thread, SENDS)

    waits = sorted(row["queued_ms"] for row in report["branches"])
    assert waits[1] >= 120
    assert waits[2] >= 240
    assert all(row["duration_ms"] >= 140 for row in report["branches"])
    assert report["speedup"] < 1.5


def test_nodes_that_block_the_event_loop_are_named_and_show_no_speedup(
    tmp_path: Path, settings: Settings
) -> None:
    report = report_on(tmp_path, settings, BLOCKS)

    assert all(row["queued_ms"] >= 190 for row in report["branches"])
    assert all(row["duration_ms"] >= 190 for row in report["branches"])
    assert report["speedup"] < 1.5
    assert {warning.split(" for ")[0] for warning in report["warnings"]} >= {
        "one blocked the event loop",
        "two blocked the event loop",
    }


def test_a_node_inside_a_called_graph_is_named_and_what_is_around_it_does_not_wait(
    tmp_path: Path, settings: Settings
) -> None:
    report = report_on(tmp_path, settings, BLOCKS_WITHIN)

    outer = next(row for row in report["branches"] if row["id"] == "outer")
    assert any(
        warning.startswith("outer/deep blocked the event loop for 0.")
        for warning in report["warnings"]
    )
    assert outer["queued_ms"] < outer["duration_ms"]


def test_what_blocks_between_the_nodes_is_said_without_a_name(
    tmp_path: Path, settings: Settings
) -> None:
    report = report_on(tmp_path, settings, BLOCKS_BETWEEN)

    assert any(
        warning.startswith("the graph blocked the event loop for 0.")
        for warning in report["warnings"]
    )
