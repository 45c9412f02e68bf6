"""What every registered graph must have, and what the shipped ones promise beyond that."""

import ast
import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from app.api.typed.schemas.graph_runs import example_of
from app.graphs.registry import GraphEntry, load_registry
from tests.conftest import ROOT
from tests.model_server import ModelServer
from tests.shipped import SHIPPED

pytestmark = pytest.mark.anyio

REGISTRY = asyncio.run(load_registry(ROOT / "langgraph.json"))
UNNAMED = "LangGraph"
OF_THE_KIT = "fanjoin_"


OF_THE_HOUSE = [entry for entry in REGISTRY.values() if entry.id in SHIPPED]
FAN_OUTS = [entry for entry in OF_THE_HOUSE if entry.shape.has_fan_out or len(entry.branches) > 1]


@pytest.fixture(params=list(REGISTRY))
def entry(request: pytest.FixtureRequest) -> GraphEntry:
    return REGISTRY[request.param]


@pytest.fixture(params=OF_THE_HOUSE, ids=lambda entry: entry.id)
def shipped(request: pytest.FixtureRequest) -> GraphEntry:
    entry: GraphEntry = request.param
    return entry


@pytest.fixture
def example(entry: GraphEntry) -> Any:
    """The documented example; a graph may do without one."""
    if (example := example_of(entry)) is None:
        pytest.skip(f"{entry.id} documents no example: give each required field one")
    return example


@pytest.fixture(params=FAN_OUTS, ids=lambda entry: entry.id)
def fan_out(request: pytest.FixtureRequest) -> GraphEntry:
    entry: GraphEntry = request.param
    return entry


def test_describes_itself(shipped: GraphEntry) -> None:
    assert shipped.description, "give it a description in langgraph.json"
    assert example_of(shipped) is not None, "give every required input field an example"


def test_is_named_as_registered(shipped: GraphEntry) -> None:
    files = (f"graphs/{shipped.id}.py", f"graphs/{shipped.id}/graph.py")
    assert Path(shipped.file) in map(Path, files)
    assert shipped.graph.name in (shipped.id, UNNAMED), f'compile(name="{shipped.id}")'


def test_fan_out_is_drawn_at_the_top_of_its_file(fan_out: GraphEntry) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / fan_out.file).read_text()))

    assert docstring is not None
    assert "START" in docstring


def test_fan_out_has_branches_and_a_join(fan_out: GraphEntry) -> None:
    assert {"branch", "join"} <= set(fan_out.shape.kinds.values())


def test_branches_of_a_fan_out_share_a_key_with_a_reducer(fan_out: GraphEntry) -> None:
    graphs = [fan_out.graph, *(graph for _, graph in fan_out.graph.get_subgraphs(recurse=True))]

    assert any(
        isinstance(channel, BinaryOperatorAggregate) and not name.startswith(OF_THE_KIT)
        for graph in graphs
        if isinstance(graph, CompiledStateGraph)
        for name, channel in graph.channels.items()
    )


async def test_runs_on_its_own_example(
    entry: GraphEntry, example: Any, model_server: ModelServer
) -> None:
    output = await entry.graph.ainvoke(example)

    assert asks(output) or entry.output.to_json(output)


async def test_runs_twice_on_one_thread_with_the_same_shape_of_answer(
    shipped: GraphEntry, model_server: ModelServer
) -> None:
    graph = shipped.graph.copy(update={"checkpointer": InMemorySaver()})

    outputs = [
        await graph.ainvoke(example_of(shipped), {"configurable": {"thread_id": "t"}}) for _ in "12"
    ]

    if any(map(asks, outputs)):
        pytest.skip("it asks a person, and nobody answers here")
    first, second = (shipped.output.to_json(output) for output in outputs)
    assert {key: _size(value) for key, value in first.items()} == {
        key: _size(value) for key, value in second.items()
    }


def test_every_graph_file_is_registered() -> None:
    folder = ROOT / "graphs"
    files = {
        path.resolve()
        for path in (*folder.glob("[!_]*.py"), *folder.glob("*/graph.py"))
        if re.search(r"^graph = ", path.read_text(), re.MULTILINE)
    }

    registered = {(ROOT / entry.file).resolve() for entry in REGISTRY.values()}
    assert files <= registered, "add the missing file to langgraph.json"


def asks(output: Any) -> bool:
    """Whether the run ended with a question to a person."""
    return isinstance(output, dict) and "__interrupt__" in output


def _size(value: object) -> int | None:
    """How many items a list or dict holds; a model's words may differ from run to run."""
    return len(value) if isinstance(value, list | dict) else None
