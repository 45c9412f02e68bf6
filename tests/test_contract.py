"""What every registered graph promises, new ones included."""

import ast
import asyncio
from pathlib import Path

import pytest
from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from app.api.typed.schemas.graph_runs import example_of
from app.graphs.registry import GraphEntry, load_registry
from tests.conftest import ROOT
from tests.model_server import ModelServer

pytestmark = pytest.mark.anyio

REGISTRY = asyncio.run(load_registry(ROOT / "langgraph.json"))
UNNAMED = "LangGraph"
OF_THE_KIT = "fanjoin_"


FAN_OUTS = [
    entry for entry in REGISTRY.values() if entry.shape.has_fan_out or len(entry.branches) > 1
]


@pytest.fixture(params=list(REGISTRY))
def entry(request: pytest.FixtureRequest) -> GraphEntry:
    return REGISTRY[request.param]


@pytest.fixture(params=FAN_OUTS, ids=lambda entry: entry.id)
def fan_out(request: pytest.FixtureRequest) -> GraphEntry:
    entry: GraphEntry = request.param
    return entry


def test_describes_itself(entry: GraphEntry) -> None:
    assert entry.description, "give it a description in langgraph.json"
    assert example_of(entry) is not None, "give every required input field an example"


def test_is_named_as_registered(entry: GraphEntry) -> None:
    assert Path(entry.file) in (Path(f"graphs/{entry.id}.py"), Path(f"graphs/{entry.id}/graph.py"))
    assert entry.graph.name in (entry.id, UNNAMED), f'compile(name="{entry.id}")'


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


async def test_runs_on_its_own_example(entry: GraphEntry, model_server: ModelServer) -> None:
    output = await entry.graph.ainvoke(example_of(entry))

    assert entry.output.to_json(output)


async def test_runs_twice_on_one_thread_with_the_same_shape_of_answer(
    entry: GraphEntry, model_server: ModelServer
) -> None:
    graph = entry.graph.copy(update={"checkpointer": InMemorySaver()})

    outputs = [
        await graph.ainvoke(example_of(entry), {"configurable": {"thread_id": "t"}}) for _ in "12"
    ]

    first, second = (entry.output.to_json(output) for output in outputs)
    assert {key: _size(value) for key, value in first.items()} == {
        key: _size(value) for key, value in second.items()
    }


def test_every_graph_file_is_registered() -> None:
    folder = ROOT / "graphs"
    files = {path.resolve() for path in (*folder.glob("[!_]*.py"), *folder.glob("*/graph.py"))}

    registered = {(ROOT / entry.file).resolve() for entry in REGISTRY.values()}
    assert files <= registered, "add the missing file to langgraph.json"


def _size(value: object) -> int | None:
    """How many items a list or dict holds; a model's words may differ from run to run."""
    return len(value) if isinstance(value, list | dict) else None
