"""A round is one execution of a fan-out, and its branches share its id."""

from typing import Any

import pytest
from langgraph.runtime import RunControl, Runtime

from graphs.kit import Branch
from graphs.kit.round.rounds import gate_key, round_of
from tests.graphs.kit.small_graphs import Graph, chain, fan_out_of, succeeds

pytestmark = pytest.mark.anyio


async def rounds_of(graph: Graph) -> set[str]:
    events: list[dict[str, Any]] = [
        event async for event in graph.astream({"text": "t"}, stream_mode="custom")
    ]
    return {event["round"] for event in events if event["event"] == "fanjoin.outcome"}


async def test_siblings_share_a_round_and_every_run_has_its_own() -> None:
    graph = fan_out_of(
        Branch(succeeds("a")), Branch(chain("sub"), writes=["results"]), fail_fast=True
    )

    first, second = await rounds_of(graph), await rounds_of(graph)

    assert len(first) == len(second) == 1
    assert first != second


def test_a_branch_called_outside_a_run_says_so() -> None:
    with pytest.raises(RuntimeError, match="only inside a LangGraph run"):
        round_of(Runtime())


def test_two_runs_from_one_checkpoint_have_gates_of_their_own() -> None:
    one: Runtime[None] = Runtime(control=RunControl())
    other: Runtime[None] = Runtime(control=RunControl())

    assert gate_key(one, "1") == gate_key(one, "1")
    assert gate_key(one, "1") != gate_key(other, "1")
