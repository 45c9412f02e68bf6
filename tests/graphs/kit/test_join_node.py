"""The join runs once, with this round's results, or says why it cannot."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from graphs.kit import Branch, KitError, RequiredBranchFailed, add_fan_out
from tests.graphs.kit.small_graphs import THREAD, State, fails, fan_out_of, join, returns, succeeds

pytestmark = pytest.mark.anyio


async def test_a_required_branchs_failure_is_named_with_its_cause() -> None:
    graph = fan_out_of(Branch(succeeds("good")), Branch(fails("bad", ValueError("no topic"))))

    with pytest.raises(RequiredBranchFailed) as caught:
        await graph.ainvoke({"text": "t"})

    assert str(caught.value) == (
        "'join' did not run: required branch 'bad' ended as failed (ValueError: no topic)"
    )
    assert caught.value.join == "join"
    assert list(caught.value.outcomes) == ["bad"]


async def test_siblings_results_stand_on_the_thread_after_a_required_failure() -> None:
    graph = fan_out_of(Branch(succeeds("good")), Branch(fails("bad")), saver=InMemorySaver())

    with pytest.raises(RequiredBranchFailed):
        await graph.ainvoke({"text": "t"}, THREAD)

    assert (await graph.aget_state(THREAD)).values["results"] == {"good": "t"}


async def test_siblings_cancelled_by_fail_fast_are_not_named_as_the_cause() -> None:
    graph = fan_out_of(
        Branch(succeeds("slow", seconds=5)), Branch(fails("bad", seconds=0.01)), fail_fast=True
    )

    with pytest.raises(RequiredBranchFailed) as caught:
        await graph.ainvoke({"text": "t"})

    assert "'slow'" not in str(caught.value)
    assert caught.value.outcomes["slow"]["status"] == "cancelled"


async def test_many_failures_are_counted_and_not_all_named() -> None:
    graph = fan_out_of(*(Branch(fails(f"b{number}")) for number in range(100)))

    with pytest.raises(RequiredBranchFailed, match=r"'b4' .* broke\); and 95 more"):
        await graph.ainvoke({})


async def test_the_join_runs_when_every_optional_branch_failed() -> None:
    graph = fan_out_of(Branch(fails("a"), required=False), Branch(fails("b"), required=False))

    state = await graph.ainvoke({"text": "t"})

    assert state["seen"] == {}
    assert state["statuses"] == {"a": "failed", "b": "failed"}


async def test_results_and_outcomes_stand_in_declaration_order() -> None:
    graph = fan_out_of(
        Branch(succeeds("z", seconds=0.03)), Branch(succeeds("m")), Branch(succeeds("a"))
    )

    state = await graph.ainvoke({"text": "t"})

    assert list(state["seen"]) == ["z", "m", "a"]
    assert list(state["statuses"]) == ["z", "m", "a"]


async def test_a_join_reached_by_another_way_says_so() -> None:
    builder = StateGraph(State)
    builder.add_node("astray", returns("astray", {}))
    builder.add_edge(START, "astray")
    add_fan_out(builder, [Branch(succeeds("a"))], join=join, source="astray")
    builder.add_edge(START, "join")

    with pytest.raises(KitError, match=r"reached without its branches \['a'\]"):
        await builder.compile().ainvoke({})


async def test_a_join_of_some_of_its_branches_says_which_are_missing() -> None:
    builder = StateGraph(State)
    builder.add_node("plan", returns("plan", {}))
    builder.add_edge(START, "plan")
    builder.add_edge(START, "b")
    add_fan_out(builder, [Branch(succeeds("a")), Branch(succeeds("b"))], join=join, source="plan")

    with pytest.raises(KitError, match=r"reached without its branches \['a'\]"):
        await builder.compile().ainvoke({})
