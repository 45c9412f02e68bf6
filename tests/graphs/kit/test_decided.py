"""Decided: one result, by what it says, makes the others needless."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph

from graphs.kit import Branch, KitError, RequiredBranchFailed, add_fan_out, decided
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    Work,
    fails,
    fan_out_of,
    gates_of,
    join,
    returns,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio

NEVER = 60.0
"""Seconds that no test waits for."""


def says_no(given: State, update: Mapping[str, Any]) -> bool:
    return given.get("text") == "hasty" and "no" in update.get("results", {}).values()


def answers(name: str, answer: str, *, seconds: float = 0) -> Work:
    async def work(_: State) -> State:
        await asyncio.sleep(seconds)
        return {"results": {name: answer}}

    work.__name__ = name
    return work


def graph_of(*branches: Branch, **options: Any) -> Graph:
    return fan_out_of(*branches, until=decided(by=says_no), **options)


async def test_a_result_that_decides_joins_at_once_and_cancels_the_rest() -> None:
    graph = graph_of(Branch(succeeds("slow", seconds=NEVER)), Branch(answers("b", "no")))

    state = await settle(graph, {"text": "hasty"})

    assert state["seen"] == {"b": "no"}
    assert state["statuses"] == {"slow": "cancelled", "b": "ok"}


async def test_a_cancelled_branch_says_who_decided() -> None:
    graph = graph_of(Branch(succeeds("slow", seconds=NEVER)), Branch(answers("b", "no")))

    ends = {
        event["branch"]: event["error"]
        async for event in graph.astream({"text": "hasty"}, stream_mode="custom")
        if event["event"] == "fanjoin.outcome"
    }

    assert ends["slow"] == {"type": "Cancelled", "message": "'b' decided the round"}


async def test_the_same_graph_waits_for_all_where_the_state_wants_it() -> None:
    graph = graph_of(Branch(answers("a", "yes", seconds=0.05)), Branch(answers("b", "no")))

    state = await settle(graph, {"text": "patient"})

    assert state["seen"] == {"a": "yes", "b": "no"}


async def test_without_a_decision_the_join_runs_when_all_have_settled() -> None:
    graph = graph_of(Branch(answers("a", "yes", seconds=0.05)), Branch(fails("b")))

    state = await settle(graph, {"text": "hasty"})

    assert state["statuses"] == {"a": "ok", "b": "failed"}


async def test_when_nothing_succeeds_the_join_still_runs() -> None:
    state = await settle(graph_of(Branch(fails("a")), Branch(fails("b"))), {"text": "hasty"})

    assert state["seen"] == {}
    assert state["statuses"] == {"a": "failed", "b": "failed"}


async def test_deciding_ends_the_http_call_of_a_branch() -> None:
    called, hung_up = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        hung_up.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()

    async def calls(_: State) -> None:
        async with httpx2.AsyncClient() as client:
            await client.get(f"http://{host}:{port}/", timeout=NEVER)

    async def decides(_: State) -> State:
        await called.wait()
        return {"results": {"decides": "no"}}

    async def close(_: State) -> None:
        await hung_up.wait()

    async with server:
        graph = graph_of(Branch(calls), Branch(decides), join=close)
        await settle(graph, {"text": "hasty"})


async def test_a_decision_waits_for_the_required() -> None:
    graph = graph_of(
        Branch(answers("a", "yes", seconds=0.05), required=True),
        Branch(answers("b", "no")),
        Branch(succeeds("slow", seconds=NEVER)),
    )

    state = await settle(graph, {"text": "hasty"})

    assert state["statuses"] == {"a": "ok", "b": "ok", "slow": "cancelled"}


async def test_a_required_branch_that_fails_ends_the_round() -> None:
    graph = graph_of(Branch(fails("a"), required=True), Branch(succeeds("slow", seconds=NEVER)))

    with pytest.raises(RequiredBranchFailed, match="'a' ended as failed"):
        await settle(graph, {"text": "hasty"})


async def test_a_fallback_may_decide() -> None:
    fallback = {"results": {"a": "no"}}
    slow = Branch(succeeds("slow", seconds=NEVER))

    state = await settle(graph_of(Branch(fails("a"), fallback=fallback), slow), {"text": "hasty"})

    assert state["statuses"] == {"a": "degraded", "slow": "cancelled"}


async def test_each_round_is_decided_anew() -> None:
    branches = [Branch(succeeds("a")), Branch(answers("b", "no", seconds=0.02))]
    graph = graph_of(*branches, saver=InMemorySaver())

    for text in ("hasty", "patient", "hasty"):
        state = await settle(graph, {"text": text}, THREAD)
        assert state["seen"] == {"a": text, "b": "no"}
    assert len(gates_of(graph)) == 0


async def test_one_of_many_items_may_decide() -> None:
    async def look(seconds: float) -> State:
        await asyncio.sleep(seconds)
        return {"results": {str(seconds): "done"}}

    def is_quick(given: float, update: Mapping[str, Any]) -> bool:
        return given < 1 and "results" in update

    builder = StateGraph(State)
    branch = Branch(look, name="look")
    until = decided(by=is_quick)
    add_fan_out(builder, branch, over=lambda _: [NEVER, 0.01, NEVER], join=join, until=until)

    state = await settle(builder.compile(), {})

    assert list(state["statuses"].values()) == ["cancelled", "ok", "cancelled"]


def test_an_asynchronous_decision_is_refused() -> None:
    async def ask(_given: Any, _update: Any) -> bool:
        return True

    with pytest.raises(KitError, match="asynchronous"):
        decided(by=ask)  # type: ignore[arg-type]  # what the test is about


def test_required_over_items_is_refused() -> None:
    branch = Branch(returns("item", {}), required=True)

    with pytest.raises(KitError, match="required=True over items"):
        add_fan_out(
            StateGraph(State), branch, over=lambda _: [], join=join, until=decided(by=says_no)
        )
