"""What every registered graph promises, new ones included."""

import asyncio
from pathlib import Path

import pytest
from langgraph.channels.binop import BinaryOperatorAggregate
from langgraph.checkpoint.memory import InMemorySaver

from app.registry import GraphEntry, load_registry
from app.schemas.runs import example_of
from tests.conftest import ROOT
from tests.model_server import ModelServer

pytestmark = pytest.mark.anyio

REGISTRY = asyncio.run(load_registry(ROOT / "langgraph.json"))


@pytest.fixture(params=list(REGISTRY))
def entry(request: pytest.FixtureRequest) -> GraphEntry:
    return REGISTRY[request.param]


def test_describes_itself(entry: GraphEntry) -> None:
    module_docstring = (ROOT / entry.file).read_text().split('"""')[1]

    assert entry.description
    assert "START" in module_docstring
    assert example_of(entry) is not None, "give every required input field an example"


def test_has_branches_side_by_side_and_a_join(entry: GraphEntry) -> None:
    assert len(entry.branches) >= 2
    assert entry.joins


def test_branches_share_a_key_with_a_reducer(entry: GraphEntry) -> None:
    channels = entry.graph.builder.channels.values()

    assert any(isinstance(channel, BinaryOperatorAggregate) for channel in channels)


def test_is_named_as_registered(entry: GraphEntry) -> None:
    assert entry.graph.name == entry.id
    assert Path(entry.file).stem == entry.id


async def test_runs_on_its_own_example(entry: GraphEntry, model_server: ModelServer) -> None:
    output = await entry.graph.ainvoke(example_of(entry))

    assert entry.output_model.model_validate(output)


async def test_runs_twice_on_one_thread_with_the_same_shape_of_answer(
    entry: GraphEntry, model_server: ModelServer
) -> None:
    graph = entry.graph.copy(update={"checkpointer": InMemorySaver()})

    outputs = [
        await graph.ainvoke(example_of(entry), {"configurable": {"thread_id": "t"}}) for _ in "12"
    ]

    first, second = (entry.output_model.model_validate(output) for output in outputs)
    assert {key: _size(value) for key, value in first} == {
        key: _size(value) for key, value in second
    }


def test_every_graph_file_is_registered() -> None:
    files = {path.stem for path in (ROOT / "graphs").glob("[!_]*.py")}

    assert files == set(REGISTRY), "add the missing file to langgraph.json"


def _size(value: object) -> int | None:
    """How many items a list or dict holds; a model's words may differ from run to run."""
    return len(value) if isinstance(value, list | dict) else None
