"""`choose=`: only the named branches run, the others settle as skipped, the join always runs."""

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import (
    Branch,
    KitError,
    QuorumNotMet,
    RequiredBranchFailed,
    WidthOutOfBounds,
    add_fan_out,
    quorum,
)
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    chain,
    fails,
    fan_out_of,
    gates_of,
    returns,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio


def wanted(state: State) -> list[str]:
    """Choose the branches that the text names."""
    return state.get("text", "").split()


def graph_of(*names: str, **options: Any) -> Graph:
    return fan_out_of(*(Branch(succeeds(name)) for name in names), choose=wanted, **options)


async def test_only_the_chosen_run_and_the_join_follows() -> None:
    ran: list[str] = []

    async def unwanted(_: State) -> None:
        ran.append("unwanted")

    graph = fan_out_of(Branch(succeeds("a")), Branch(unwanted), choose=wanted)
    state = await settle(graph, {"text": "a"})

    assert ran == []
    assert state["seen"] == {"a": "a"}
    assert state["statuses"] == {"a": "ok", "unwanted": "skipped"}
    assert len(gates_of(graph)) == 0


async def test_the_join_runs_when_nobody_is_chosen() -> None:
    state = await settle(graph_of("a", "b"), {"text": ""})

    assert state["seen"] == {}
    assert state["statuses"] == {"a": "skipped", "b": "skipped"}


async def test_a_skipped_branch_shows_nothing_of_the_last_run() -> None:
    summarize = returns("summarize", {"summary": "short", "results": {"summarize": "short"}})
    branches = [Branch(summarize), Branch(chain("sub"), writes=["results"])]
    graph = fan_out_of(*branches, choose=wanted, saver=InMemorySaver())

    first = await settle(graph, {"text": "summarize sub"}, THREAD)
    second = await settle(graph, {"text": ""}, THREAD)

    assert list(first["seen"]) == ["summarize", "sub"]
    assert second["seen"] == {}
    assert second["summary"] is None


async def test_the_choice_is_made_once_per_round() -> None:
    calls: list[str] = []

    def choose(_: State) -> list[str]:
        calls.append("call")
        return [["a"], ["b"], ["c"]][len(calls) % 3]

    graph = fan_out_of(*(Branch(succeeds(name)) for name in "abc"), choose=choose)
    state = await settle(graph, {"text": "t"})

    assert calls == ["call"]
    assert state["seen"] == {"b": "t"}


async def test_one_name_is_a_choice_too() -> None:
    graph = fan_out_of(Branch(succeeds("ab")), Branch(succeeds("b")), choose=lambda _: "ab")

    assert (await settle(graph, {"text": "t"}))["seen"] == {"ab": "t"}


async def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KitError, match=r"choose= of 'join' names \['x'\]: .* \['a', 'b'\]"):
        await settle(graph_of("a", "b"), {"text": "a x"})


async def test_a_choice_that_names_nothing_is_refused() -> None:
    nothing: Any = lambda _: None  # noqa: E731  # the mistake of a choice without return
    graph = fan_out_of(Branch(succeeds("a")), choose=nothing)

    with pytest.raises(KitError, match="gave None: return the names of branches"):
        await settle(graph, {})


async def test_too_few_chosen_start_nothing() -> None:
    ran: list[str] = []

    async def a(_: State) -> None:
        ran.append("a")

    graph = fan_out_of(Branch(a), Branch(succeeds("b")), choose=wanted, min_items=2)

    with pytest.raises(WidthOutOfBounds, match="names 1 branches, and min_items is 2"):
        await settle(graph, {"text": "a"})
    assert ran == []


async def test_a_required_branch_may_be_skipped_and_may_not_fail() -> None:
    graph = fan_out_of(Branch(fails("bad")), Branch(succeeds("b")), choose=wanted)

    assert (await settle(graph, {"text": "b"}))["seen"] == {"b": "b"}
    with pytest.raises(RequiredBranchFailed):
        await settle(graph, {"text": "bad"})


async def test_a_quorum_counts_the_chosen() -> None:
    slow = Branch(succeeds("slow", seconds=60))
    branches = [Branch(succeeds("a")), Branch(succeeds("b")), slow]
    graph = fan_out_of(*branches, choose=wanted, until=quorum(2))

    state = await settle(graph, {"text": "a b slow"})
    assert state["statuses"] == {"a": "ok", "b": "ok", "slow": "cancelled"}

    with pytest.raises(QuorumNotMet, match="0 of 1 branches have a result, and the quorum is 2"):
        await settle(graph, {"text": "slow"})


async def test_a_branch_that_reads_less_than_the_choice_is_no_hindrance() -> None:
    class Less(TypedDict, total=False):
        summary: str

    async def a(_: Less) -> State:
        return {"results": {"a": "done"}}

    graph = fan_out_of(Branch(a), Branch(succeeds("b")), choose=wanted)

    assert (await settle(graph, {"text": "a"}))["seen"] == {"a": "done"}


async def test_models_that_do_not_fit_together_are_refused() -> None:
    class Model(BaseModel):
        text: str = ""

    async def a(_: Model) -> None: ...

    with pytest.raises(KitError, match="choose= reads State, and a branch reads Model"):
        fan_out_of(Branch(a), choose=wanted)


async def test_a_model_as_state_is_what_the_choice_sees() -> None:
    class Model(BaseModel):
        text: str = ""
        ran: str = ""

    def choose(state: Model) -> list[str]:
        return [state.text]

    async def a(_: Model) -> dict[str, str]:
        return {"ran": "a"}

    async def b(_: Model) -> dict[str, str]:
        return {"ran": "b"}

    builder = StateGraph(Model)
    add_fan_out(builder, [Branch(a), Branch(b)], join=returns("close", {}), choose=choose)

    assert (await settle(builder.compile(), {"text": "b"}))["ran"] == "b"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"choose": wanted, "min_items": 3}, "min_items=3 .* the 2 branches"),
        ({"choose": wanted, "min_items": -1}, "min_items=-1"),
        ({"min_items": 1}, "min_items=1 .* choose= or over="),
    ],
)
def test_bounds_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(KitError, match=message):
        fan_out_of(Branch(succeeds("a")), Branch(succeeds("b")), **options)


async def test_a_skipped_branch_says_so_and_began_nothing() -> None:
    events: list[Any] = [
        event async for event in graph_of("a", "b").astream({"text": "b"}, stream_mode="custom")
    ]

    skipped = next(event for event in events if event["branch"] == "a")
    assert (skipped["status"], skipped["attempts"], skipped["error"]) == ("skipped", 0, None)
