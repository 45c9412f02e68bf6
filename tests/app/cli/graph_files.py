"""Small registries written into a folder, for commands that read or serve one."""

import json
from pathlib import Path

FAN_OUT = """
import asyncio
from operator import or_
from typing import Annotated

from langgraph.graph import START, StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class Input(BaseModel):
    topic: {topic}


class State(TypedDict, total=False):
    topic: str
    notes: Annotated[dict[str, str], or_]
    brief: str


class Output(BaseModel):
    brief: str


async def high(state: State) -> State:
    {high}
    return {{"notes": {{"high": state["topic"]}}}}


async def low(state: State) -> State:
    {low}


async def join(state: State) -> State:
    return {{"brief": " and ".join(sorted(state["notes"]))}}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
for node in (high, low, join):
    builder.add_node(node)
builder.add_edge(START, "high")
builder.add_edge(START, "low")
builder.add_edge("high", "join")
builder.add_edge("low", "join")
graph = builder.compile()
"""

FOR_EVER = "await asyncio.Event().wait()"
EXAMPLE = 'str = Field(examples=["tides"])'
NO_EXAMPLE = "str = Field(min_length=1)"
LOW = 'return {"notes": {"low": state["topic"]}}'
LOW_FAILS = 'raise LookupError("no low tide today")'


def until_there_is(file: Path) -> str:
    """Return what a node does that waits for a file."""
    return f"while not __import__('os').path.exists({str(file)!r}): await asyncio.sleep(0.01)"


def write_graph(folder: Path, *, high: str = "pass", low: str = LOW, topic: str = EXAMPLE) -> str:
    """Write a graph of two branches and a join, and return its path for langgraph.json."""
    path = folder / f"fan_out_{len(list(folder.glob('*.py')))}.py"
    path.write_text(FAN_OUT.format(high=high, low=low, topic=topic))
    return f"./{path.name}:graph"


def write_registry(folder: Path, **graphs: str) -> Path:
    path = folder / "langgraph.json"
    entries = {
        graph_id: {"path": graph, "description": f"About {graph_id}."}
        for graph_id, graph in graphs.items()
    }
    path.write_text(json.dumps({"graphs": entries}))
    return path
