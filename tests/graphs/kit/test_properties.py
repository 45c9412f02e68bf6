"""Random fan-outs: the join runs once, or the run fails naming the cause."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import (
    ALL,
    Branch,
    BranchOutcome,
    QuorumNotMet,
    RequiredBranchFailed,
    add_fan_out,
    by_branch,
    deadline,
    outcomes,
    quorum,
)
from tests.graphs.kit.idle_clock import IdleClockLoop

Ending = Literal["ok", "fail", "hang"]
_LATE = 0.1


class State(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]
    answer: str


class Results(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]


@dataclass(frozen=True)
class Plan:
    """What one branch is to do, and how it is declared."""

    ending: Ending
    steps: int
    """How many times it lets others run before it ends."""

    required: bool | None
    is_nested: bool
    has_fallback: bool


@dataclass
class Trace:
    """What really happened."""

    started: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    joins: int = 0
    seen: dict[str, BranchOutcome] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)


plans = st.builds(
    Plan,
    ending=st.sampled_from(["ok", "ok", "fail", "hang"]),
    steps=st.integers(0, 3),
    required=st.sampled_from([None, None, True, False]),
    is_nested=st.booleans(),
    has_fallback=st.booleans(),
)


@st.composite
def fan_outs(draw: st.DrawFn) -> tuple[list[Plan], Any, bool]:
    """Branches, a condition they could meet, and whether the first failure ends it."""
    branches = draw(st.lists(plans, min_size=1, max_size=6))
    conditions = [ALL, deadline(seconds=_LATE), quorum(draw(st.integers(1, len(branches))))]
    until = draw(st.sampled_from(conditions))
    fail_fast = until is ALL and draw(st.booleans())
    return branches, until, fail_fast


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(fan_outs())
def test_join_runs_once_or_the_run_fails_naming_the_cause(
    drawn: tuple[list[Plan], Any, bool],
) -> None:
    branches, until, fail_fast = drawn
    trace = Trace()
    graph = build(branches, until, trace, fail_fast=fail_fast)

    with asyncio.Runner(loop_factory=IdleClockLoop) as runner:
        error, left = runner.run(run(graph))

    assert left == set(), "a task was left behind"
    names = {f"b{index}" for index in range(len(branches))}
    required = {name for name, plan in named(branches) if is_required(plan, until)}
    good = {name for name, plan in named(branches) if plan.ending == "ok" or plan.has_fallback}
    if error is None:
        assert trace.joins == 1
        assert trace.seen.keys() == names
        assert_agrees(trace, {name for name, plan in named(branches) if plan.is_nested})
        assert all(has_result(trace.seen[name]) for name in required)
        if until is not ALL and hasattr(until, "k"):
            assert sum(map(has_result, trace.seen.values())) >= until.k
        return
    assert trace.joins == 0
    assert isinstance(error, RequiredBranchFailed | QuorumNotMet), repr(error)
    could_hang = any(plan.ending == "hang" for plan in branches)
    reasons = required - good
    if isinstance(error, RequiredBranchFailed):
        assert reasons or could_hang
        assert set(error.outcomes) <= required
        assert any(repr(name) in str(error) for name in required)
    else:
        assert until.k > len(good - {n for n, p in named(branches) if p.ending == "hang"})


def assert_agrees(trace: Trace, nested: set[str]) -> None:
    """Hold the outcomes against what was done to each branch."""
    for name, outcome in trace.seen.items():
        match outcome["status"]:
            case "ok":
                assert trace.ended[name] == "returned"
                assert trace.results[name] == "own"
            case "degraded":
                assert trace.ended[name] in ("raised", "cancelled")
                assert trace.results[name] == "fallback"
            case "failed":
                assert trace.ended[name] == "raised"
            case "timeout" | "cancelled":
                # A nested node may have ended while its graph was still winding up.
                assert (
                    name not in trace.started or name in nested or trace.ended[name] == "cancelled"
                )
        assert (name in trace.results) == has_result(outcome)


def build(branches: list[Plan], until: Any, trace: Trace, *, fail_fast: bool) -> Any:
    async def join(state: State) -> State:
        trace.joins += 1
        trace.seen = dict(outcomes(state))
        trace.results = dict(state["results"])
        assert list(trace.results) == [n for n in trace.seen if n in trace.results]
        return {"answer": "joined"}

    builder = StateGraph(State)
    made = [branch_of(name, plan, trace) for name, plan in named(branches)]
    add_fan_out(builder, made, join=join, until=until, fail_fast=fail_fast)
    return builder.compile(name="random")


def branch_of(name: str, plan: Plan, trace: Trace) -> Branch:
    async def act(state: State) -> State:
        trace.started.add(name)
        trace.ended[name] = "cancelled"
        for _ in range(plan.steps):
            await asyncio.sleep(0)
        if plan.ending == "hang":
            await asyncio.sleep(60)
        if plan.ending == "fail":
            trace.ended[name] = "raised"
            raise ConnectionError(f"{name} broke")
        trace.ended[name] = "returned"
        return {"results": {name: "own"}}

    node: Any = act
    if plan.is_nested:
        inner = StateGraph(State, output_schema=Results)
        inner.add_node("act", act)
        inner.add_edge(START, "act")
        inner.add_edge("act", END)
        node = inner.compile(name=name)
    fallback = {"results": {name: "fallback"}} if plan.has_fallback else None
    # What hangs is cut off, or nothing but a met quorum would ever end it.
    timeout = _LATE if plan.ending == "hang" else None
    return Branch(node, name=name, required=plan.required, fallback=fallback, timeout=timeout)


async def run(graph: Any) -> tuple[Exception | None, set[Any]]:
    """Run the graph; return its error and the tasks it left behind."""
    before = asyncio.all_tasks()
    error: Exception | None = None
    try:
        await graph.ainvoke({})
    except (RequiredBranchFailed, QuorumNotMet) as caught:
        error = caught
    await asyncio.sleep(0)
    return error, asyncio.all_tasks() - before


def named(branches: list[Plan]) -> list[tuple[str, Plan]]:
    return [(f"b{index}", plan) for index, plan in enumerate(branches)]


def is_required(plan: Plan, until: Any) -> bool:
    return (until is ALL) if plan.required is None else plan.required


def has_result(outcome: BranchOutcome) -> bool:
    return outcome["status"] in ("ok", "degraded", "cached")
