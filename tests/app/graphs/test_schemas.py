"""Schemas that JSON cannot say: offered where that is possible, a problem where it is not."""

from pathlib import Path

import pytest

from app.graphs.registry import load_registry
from tests.app.graphs.graph_files import GOOD, problems_of, write_graphs

pytestmark = pytest.mark.anyio


ODD = GOOD.replace("word: str", "word: str\n    lock: __import__('threading').Event")


async def test_key_of_a_whole_state_that_json_cannot_say_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD)

    registry = await load_registry(write_graphs(tmp_path, {"odd": "./odd.py:graph"}))

    properties = registry["odd"].input.json_schema()["properties"]
    assert properties["word"]["type"] == "string"
    assert properties["lock"] == {"title": "Lock"}


OPEN = """
from typing import TYPE_CHECKING, Any, TypedDict
from langgraph.graph import StateGraph
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from nowhere import Unknown

class Item(TypedDict):
    size: int

class Later(BaseModel):
    unknown: "Unknown"

class State(TypedDict, total=False):
    items: list[Item]
    later: Later

class Client:
    pass

class Model(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    word: str
    client: Client | None = None

def add(schema):
    builder = StateGraph(schema)
    builder.add_node("node", lambda state: {})
    builder.add_edge("__start__", "node")
    return builder.compile()

graph, of_model = add(State), add(Model)
"""


async def test_types_that_pydantic_cannot_resolve_stop_no_graph(tmp_path: Path) -> None:
    (tmp_path / "open.py").write_text(OPEN)
    graphs = {"open": "./open.py:graph", "model": "./open.py:of_model"}

    registry = await load_registry(write_graphs(tmp_path, graphs))

    assert registry["open"].input.accept({"items": [{"size": 1}]}) == {"items": [{"size": 1}]}
    assert registry["model"].input.accept({"word": "a"}) == {"word": "a"}
    assert registry["model"].input.json_schema()["properties"]["word"]["type"] == "string"


async def test_key_of_an_input_schema_that_json_cannot_say_may_be_anything(tmp_path: Path) -> None:
    own = "class Own(TypedDict):\n    lock: __import__('threading').Event\n\nclass State"
    source = ODD.replace("class State", own, 1)
    (tmp_path / "odd.py").write_text(
        source.replace("Graph(State)", "Graph(State, input_schema=Own)")
    )

    registry = await load_registry(write_graphs(tmp_path, {"odd": "./odd.py:graph"}))

    assert registry["odd"].input.accept({"lock": [1]}) == {"lock": [1]}


async def test_input_model_that_json_cannot_say_is_a_problem(tmp_path: Path) -> None:
    own = (
        "from typing import Callable\nfrom pydantic import BaseModel\n"
        "class Own(BaseModel):\n    call: Callable[[], int]\n\nclass State"
    )
    source = GOOD.replace("class State", own, 1)
    (tmp_path / "odd.py").write_text(
        source.replace("Graph(State)", "Graph(State, input_schema=Own)")
    )

    problems = await problems_of(write_graphs(tmp_path, {"odd": "./odd.py:graph"}))

    assert "OddInput cannot be described in JSON" in problems[0]
    assert "input_schema" in problems[0]
