"""Graph files of every form, good and bad, for tests to write, and what is said of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidGraphs
from app.graphs.registry import load_registry

GOOD = """
import asyncio
import sys
from contextlib import asynccontextmanager, contextmanager

from langgraph.graph import END, START, StateGraph
from langgraph.store.memory import InMemoryStore
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    word: str

async def say(state: State) -> State:
    return {"word": "said"}

builder = StateGraph(State)
builder.add_node(say)
builder.add_edge(START, "say")
builder.add_edge("say", END)
graph = builder.compile()

def make():
    return builder

def make_with_a_store():
    return builder.compile(store=InMemoryStore())

def make_with_config(config):
    assert config["configurable"] == {}
    return builder

async def make_later():
    return graph

def make_nothing():
    return None

def break_it():
    raise RuntimeError("out of flour")

def leave():
    sys.exit()

async def give_up():
    raise asyncio.CancelledError

@contextmanager
def open_it():
    yield graph

@asynccontextmanager
async def open_it_later():
    yield graph

text = "no graph"
"""

CERTAINLY_WRONG = """
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    word: str

async def act(state: State) -> State:
    return {}

builder = StateGraph(State)
for name in ("a", "b", "c", "join"):
    builder.add_node(name, act)
builder.add_edge(START, "a")
builder.add_edge(START, "b")
builder.add_edge("b", "c")
builder.add_edge("a", "join")
builder.add_edge("c", "join")
builder.add_edge("join", END)
graph = builder.compile()
"""


def write_graphs(folder: Path, graphs: Any, **more: Any) -> Path:
    (folder / "good.py").write_text(GOOD)
    (folder / "wrong.py").write_text(CERTAINLY_WRONG)
    (folder / "broken.py").write_text("x = 1\n\nimport no_such_module\n")
    file = folder / "langgraph.json"
    file.write_text(json.dumps({"graphs": graphs, **more}))
    return file


async def problems_of(file: Path) -> list[str]:
    """Return what is wrong with a langgraph.json that is refused."""
    with pytest.raises(InvalidGraphs) as caught:
        await load_registry(file)
    return caught.value.problems
