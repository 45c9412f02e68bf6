"""What the kit costs beside plain LangGraph nodes: a hundred branches that have nothing to do."""

import operator
import time
from statistics import median
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from graphs.kit import ALL, Branch, add_fan_out, by_branch, deadline, quorum
from tests.benchmarks.result import Result, RowFailed

Graph = CompiledStateGraph[Any, Any, Any, Any]

_BRANCHES = 100
_ROUNDS = 60
_SECONDS = 60.0
"""A deadline that is never reached: what it costs to watch for it."""


class PlainState(TypedDict, total=False):
    """What the plain nodes share."""

    results: Annotated[dict[str, int], operator.or_]
    number: int


class KitState(TypedDict, total=False):
    """What the kit's branches share."""

    results: Annotated[dict[str, int], by_branch]
    number: int


async def measure_all() -> Result:
    return await _measure("fan_out_all", "until ALL", ALL, limit=1.3)


async def measure_quorum() -> Result:
    """Ask for every branch, so that the kit has the same work to do as the plain nodes."""
    return await _measure("fan_out_quorum", "until a quorum", quorum(_BRANCHES), limit=1.7)


async def measure_deadline() -> Result:
    until = deadline(seconds=_SECONDS)
    return await _measure("fan_out_deadline", "until a deadline", until, limit=1.7)


async def _measure(row: str, name: str, until: Any, *, limit: float) -> Result:
    plain, kit = _plain(), _kit(until)
    floor: list[float] = []
    ours: list[float] = []
    for _ in range(_ROUNDS):
        floor.append(await _seconds(plain))
        ours.append(await _seconds(kit))
    return Result(
        row,
        f"{_BRANCHES} branches {name}, kit and plain nodes",
        "ms",
        median(ours) * 1000,
        floor=median(floor) * 1000,
        limit=limit,
    )


async def _seconds(graph: Graph) -> float:
    began = time.perf_counter()
    output = await graph.ainvoke({})
    took = time.perf_counter() - began
    if output["number"] != _BRANCHES:
        raise RowFailed(f"the join saw {output['number']} of {_BRANCHES} results")
    return took


def _plain() -> Graph:
    builder = StateGraph(PlainState)
    builder.add_node("join", _join)
    builder.add_edge("join", END)
    for name in _names():
        builder.add_node(name, _work(name))
        builder.add_edge(START, name)
        builder.add_edge(name, "join")
    return builder.compile()


def _kit(until: Any) -> Graph:
    builder = StateGraph(KitState)
    branches = [Branch(_work(name), name=name) for name in _names()]
    add_fan_out(builder, branches, join=_join, until=until)
    return builder.compile()


def _names() -> list[str]:
    return [f"branch_{index}" for index in range(_BRANCHES)]


def _work(name: str) -> Any:
    async def work(state: Any) -> dict[str, Any]:
        return {"results": {name: 1}}

    return work


async def _join(state: Any) -> dict[str, Any]:
    return {"number": len(state["results"])}
