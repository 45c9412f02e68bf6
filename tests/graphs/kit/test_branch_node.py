"""A branch settles whatever becomes of it: success, failure, fallback, garbage."""

import asyncio
from typing import Any

import pytest
from langgraph.errors import ParentCommand
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Overwrite

from graphs.kit import Branch, outcomes
from tests.graphs.kit.small_graphs import State, fails, fan_out_of, join, returns, succeeds

pytestmark = pytest.mark.anyio


async def outcome_of(branch: Branch) -> dict[str, Any]:
    """Run a branch beside a good one and return its outcome."""
    recorded: dict[str, Any] = {}

    async def keep(state: State) -> State:
        recorded.update(outcomes(state))
        return await join(state)

    await fan_out_of(Branch(succeeds("good")), branch, join=keep).ainvoke({"text": "t"})
    assert recorded["good"]["status"] == "ok"
    outcome: dict[str, Any] = recorded[branch.name]
    return outcome


async def test_a_failing_branch_cancels_no_sibling_as_it_would_in_plain_langgraph() -> None:
    slow = succeeds("slow", seconds=0.05)
    finished: list[str] = []

    async def slow_and_recorded(state: State) -> State:
        result = await slow(state)
        finished.append("slow")
        return result

    builder = StateGraph(State)
    builder.add_node("slow", slow_and_recorded)
    builder.add_node("bad", fails("bad"))
    for name in ("slow", "bad"):
        builder.add_edge(START, name)
        builder.add_edge(name, END)
    with pytest.raises(RuntimeError, match="bad broke"):
        await builder.compile().ainvoke({"text": "t"})
    assert finished == []

    graph = fan_out_of(Branch(slow_and_recorded, name="slow"), Branch(fails("bad"), required=False))
    state = await graph.ainvoke({"text": "t"})

    assert finished == ["slow"]
    assert state["seen"] == {"slow": "t"}
    assert state["statuses"] == {"slow": "ok", "bad": "failed"}


async def test_a_failure_is_told_as_type_and_message() -> None:
    outcome = await outcome_of(Branch(fails("bad", ValueError("no such topic")), required=False))

    assert outcome == {
        "status": "failed",
        "required": False,
        "attempts": 1,
        "error": {"type": "ValueError", "message": "no such topic"},
    }


async def test_attempts_are_counted() -> None:
    branch = Branch(fails("bad", ConnectionError()), attempts=2, required=False)

    assert (await outcome_of(branch))["attempts"] == 2


async def test_an_error_that_is_not_worth_it_has_one_attempt() -> None:
    branch = Branch(fails("bad", KeyError("x")), attempts=3, required=False)

    assert (await outcome_of(branch))["attempts"] == 1


async def test_a_branch_over_its_limit_ends_as_timeout() -> None:
    branch = Branch(succeeds("slow", seconds=5), timeout=0.02, required=False)

    outcome = await outcome_of(branch)

    assert outcome["status"] == "timeout"
    assert outcome["error"] == {"type": "AttemptTimeout", "message": "no result within 0.02 s"}


async def test_a_nodes_own_timeout_error_is_a_failure() -> None:
    branch = Branch(fails("bad", TimeoutError("disk")), timeout=5, required=False)

    assert (await outcome_of(branch))["status"] == "failed"


async def test_a_fallback_value_is_the_result_and_the_cause_is_kept() -> None:
    branch = Branch(fails("bad"), fallback={"results": {"bad": "nothing found"}})
    graph = fan_out_of(branch)

    state = await graph.ainvoke({"text": "t"})

    assert state["seen"] == {"bad": "nothing found"}
    assert state["statuses"] == {"bad": "degraded"}
    assert (await outcome_of(branch))["error"]["message"] == "bad broke"


async def test_a_fallback_node_reads_the_state() -> None:
    graph = fan_out_of(Branch(fails("bad"), fallback=succeeds("instead")))

    state = await graph.ainvoke({"text": "t"})

    assert state["seen"] == {"instead": "t"}


async def test_a_failing_fallback_names_both_errors() -> None:
    branch = Branch(fails("bad"), fallback=fails("worse"), required=False)

    outcome = await outcome_of(branch)

    assert outcome["status"] == "failed"
    assert outcome["error"]["message"] == (
        "bad broke (its fallback failed too: RuntimeError: worse broke)"
    )


async def test_a_fallback_that_fails_for_the_same_reason_does_not_repeat_it() -> None:
    branch = Branch(fails("bad"), fallback=fails("bad"), required=False)

    outcome = await outcome_of(branch)

    assert outcome["error"]["message"] == "bad broke (its fallback failed too)"


async def test_a_branch_over_its_limit_falls_back() -> None:
    branch = Branch(succeeds("slow", seconds=5), timeout=0.02, fallback={"summary": "late"})

    assert (await outcome_of(branch))["status"] == "degraded"


@pytest.mark.parametrize("garbage", [["a"], "a", Command(goto=END), 7])
async def test_a_branch_that_returns_garbage_fails_and_is_named(garbage: Any) -> None:
    outcome = await outcome_of(Branch(returns("odd", garbage), required=False))

    assert outcome["error"]["type"] == "TypeError"
    assert "branch 'odd' returned" in outcome["error"]["message"]


@pytest.mark.parametrize("garbage", ["text", ["a"], None, Overwrite({"odd": "t"})])
async def test_a_key_kept_by_branch_takes_a_dict_alone(garbage: Any) -> None:
    outcome = await outcome_of(Branch(returns("odd", {"results": garbage}), required=False))

    assert outcome["status"] == "failed"
    assert "return {'results': {'odd': …}}" in outcome["error"]["message"]


async def test_a_branch_may_return_nothing() -> None:
    assert (await outcome_of(Branch(returns("quiet", None))))["status"] == "ok"


async def test_a_command_to_the_parent_steers_nothing() -> None:
    steering = fails("odd", ParentCommand(Command(goto=END, graph=Command.PARENT)))

    outcome = await outcome_of(Branch(steering, required=False))

    assert outcome["error"]["message"].endswith("a branch steers nothing")


async def test_a_branch_that_raises_cancelled_error_of_its_own_only_fails() -> None:
    async def gives_up(_: State) -> State:
        raise asyncio.CancelledError

    assert (await outcome_of(Branch(gives_up, required=False)))["status"] == "failed"


async def test_a_long_message_is_bounded() -> None:
    long = ValueError("x" * 10_000)
    branch = Branch(fails("bad", long), fallback=fails("worse", long), required=False)

    assert len((await outcome_of(branch))["error"]["message"]) < 1_100


async def test_attempts_and_outcome_are_told_while_they_happen() -> None:
    graph = fan_out_of(Branch(fails("bad", ConnectionError()), attempts=2, required=False))

    events = [event async for event in graph.astream({}, stream_mode="custom")]

    assert [event["event"] for event in events] == [
        "fanjoin.attempt",
        "fanjoin.attempt_failed",
        "fanjoin.attempt",
        "fanjoin.attempt_failed",
        "fanjoin.outcome",
    ]
    assert {event["branch"] for event in events} == {"bad"}
    assert [event["attempt"] for event in events[:-1]] == [1, 1, 2, 2]
    assert events[1]["error"]["type"] == "ConnectionError"
    assert events[-1]["status"] == "failed"
    assert events[-1]["ns"].startswith("bad:")
