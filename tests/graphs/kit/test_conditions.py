"""Quorum, first and deadline: the join runs when the condition holds, and the others really end."""

import asyncio
import time
from typing import Any

import httpx2
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from graphs.kit import (
    ALL,
    Branch,
    KitError,
    QuorumNotMet,
    RequiredBranchFailed,
    deadline,
    first,
    quorum,
)
from graphs.kit.policy.conditions import Condition
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    chain,
    fails,
    fan_out_of,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio

NEVER = 60.0
"""Seconds that no test waits for."""


def slow(name: str) -> Branch:
    return Branch(succeeds(name, seconds=NEVER))


async def ends_of(graph: Graph, config: RunnableConfig | None = None) -> dict[str, Any]:
    """Return the outcome event of every branch, whether the run succeeds or not."""
    ends: dict[str, Any] = {}
    async with asyncio.timeout(5):
        async for event in graph.astream({"text": "t"}, config, stream_mode="custom"):
            if event["event"] == "fanjoin.outcome":
                ends[event["branch"]] = event
    return ends


async def test_a_quorum_joins_at_once_and_cancels_the_rest() -> None:
    graph = fan_out_of(slow("c"), Branch(succeeds("a")), Branch(succeeds("b")), until=quorum(2))

    state = await settle(graph, {"text": "t"})

    assert state["seen"] == {"a": "t", "b": "t"}
    assert state["statuses"] == {"c": "cancelled", "a": "ok", "b": "ok"}


async def test_a_cancelled_branch_says_by_whom_the_quorum_was_met() -> None:
    graph = fan_out_of(slow("c"), Branch(succeeds("a")), Branch(succeeds("b")), until=quorum(2))

    ended = await ends_of(graph)

    assert ended["c"]["error"] == {
        "type": "Cancelled",
        "message": "the quorum of 2 was met by 'a', 'b'",
    }
    assert ended["c"]["required"] is False


async def test_first_takes_whoever_succeeds_first() -> None:
    graph = fan_out_of(
        slow("slow"), Branch(fails("bad")), Branch(succeeds("quick", seconds=0.02)), until=first()
    )

    state = await settle(graph, {"text": "t"})

    assert state["seen"] == {"quick": "t"}
    assert state["statuses"] == {"slow": "cancelled", "bad": "failed", "quick": "ok"}


async def test_losing_ends_the_http_call_of_a_branch() -> None:
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

    async def wins(_: State) -> None:
        await called.wait()

    async def close(_: State) -> None:
        await hung_up.wait()

    async with server:
        await settle(fan_out_of(Branch(calls), Branch(wins), until=first(), join=close), {})


async def test_a_quorum_ends_a_wait_between_attempts_and_a_sub_graph() -> None:
    busy = Branch(fails("busy", ConnectionError()), attempts=99)
    sub = chain("sub", work=succeeds("deep", seconds=NEVER))
    graph = fan_out_of(
        busy,
        Branch(sub, writes=["results"]),
        Branch(succeeds("a", seconds=0.02)),
        until=first(),
    )

    state = await settle(graph, {"text": "t"})

    assert state["statuses"] == {"busy": "cancelled", "sub": "cancelled", "a": "ok"}
    assert state["seen"] == {"a": "t"}


async def test_a_fallback_counts_for_the_quorum() -> None:
    mended = Branch(fails("mended"), fallback={"results": {"mended": "instead"}})

    state = await settle(fan_out_of(mended, slow("b"), until=first()), {})

    assert state["seen"] == {"mended": "instead"}
    assert state["statuses"] == {"mended": "degraded", "b": "cancelled"}


async def test_a_quorum_out_of_reach_fails_at_once_and_says_why() -> None:
    graph = fan_out_of(
        Branch(fails("a", ValueError("no topic"))),
        Branch(fails("b")),
        slow("c"),
        until=quorum(2),
        saver=InMemorySaver(),
    )

    with pytest.raises(QuorumNotMet) as caught:
        await settle(graph, {"text": "t"}, THREAD)

    assert str(caught.value) == (
        "'join' did not run: 0 of 3 branches have a result, and the quorum is 2: branch 'a' ended "
        "as failed (ValueError: no topic); branch 'b' ended as failed (RuntimeError: b broke)"
    )
    assert caught.value.outcomes["c"]["error"] == {
        "type": "Cancelled",
        "message": "the quorum of 2 could no longer be met",
    }


async def test_a_required_branch_must_be_among_the_winners() -> None:
    graph = fan_out_of(
        Branch(succeeds("chief", seconds=0.05), required=True),
        Branch(succeeds("a")),
        Branch(succeeds("b")),
        slow("c"),
        until=quorum(2),
    )

    state = await settle(graph, {"text": "t"})

    assert state["statuses"] == {"chief": "ok", "a": "ok", "b": "ok", "c": "cancelled"}


async def test_a_required_branchs_failure_ends_a_quorum_at_once() -> None:
    graph = fan_out_of(
        Branch(fails("chief"), required=True), Branch(succeeds("a")), slow("c"), until=quorum(1)
    )

    with pytest.raises(RequiredBranchFailed, match="required branch 'chief' ended as failed"):
        await settle(graph, {"text": "t"})


async def test_a_deadline_joins_with_what_is_there() -> None:
    graph = fan_out_of(
        Branch(succeeds("quick")), slow("late"), Branch(fails("bad")), until=deadline(seconds=0.4)
    )

    ended = await ends_of(graph)

    assert {name: end["status"] for name, end in ended.items()} == {
        "quick": "ok",
        "late": "timeout",
        "bad": "failed",
    }
    assert ended["late"]["error"] == {
        "type": "DeadlinePassed",
        "message": "the deadline of 0.4 s passed",
    }
    assert (await settle(graph, {"text": "t"}))["seen"] == {"quick": "t"}


async def test_a_deadline_does_not_wait_when_all_have_settled() -> None:
    graph = fan_out_of(Branch(succeeds("a")), Branch(fails("b")), until=deadline(seconds=NEVER))

    assert (await settle(graph, {"text": "t"}))["seen"] == {"a": "t"}


async def test_a_required_branch_that_is_cut_off_fails_the_run() -> None:
    late = Branch(succeeds("late", seconds=NEVER), required=True)
    graph = fan_out_of(late, Branch(succeeds("a")), until=deadline(seconds=0.4))

    with pytest.raises(RequiredBranchFailed, match="DeadlinePassed") as caught:
        await settle(graph, {"text": "t"})

    assert caught.value.outcomes["late"]["status"] == "timeout"


async def test_a_fallback_value_stands_in_at_the_deadline() -> None:
    late = Branch(succeeds("late", seconds=NEVER), fallback={"results": {"late": "instead"}})

    state = await settle(fan_out_of(late, until=deadline(seconds=0.02)), {})

    assert state["seen"] == {"late": "instead"}
    assert state["statuses"] == {"late": "degraded"}


def within(seconds: float) -> RunnableConfig:
    """Send a deadline down; in epoch seconds, so it is far enough off for a busy machine."""
    return {"configurable": {"fanjoin": {"deadline": time.time() + seconds}}}


@pytest.mark.parametrize("until", [ALL, deadline(seconds=NEVER)])
async def test_the_requests_deadline_cuts_every_branch(until: Condition) -> None:
    late = Branch(succeeds("late", seconds=NEVER), required=False)
    graph = fan_out_of(late, Branch(succeeds("a")), until=until)

    state = await settle(graph, {"text": "t"}, within(30))

    assert state["seen"] == {"a": "t"}
    assert state["statuses"] == {"late": "timeout", "a": "ok"}


async def test_the_requests_deadline_leaves_a_quorum_unmet() -> None:
    graph = fan_out_of(slow("b"), slow("c"), until=first())

    with pytest.raises(QuorumNotMet, match="DeadlinePassed: the request's deadline passed"):
        await settle(graph, {}, within(30))


async def test_no_attempt_begins_after_the_requests_deadline() -> None:
    graph = fan_out_of(Branch(succeeds("a"), required=False))

    ended = await ends_of(graph, within(-1))

    assert ended["a"]["status"] == "timeout"
    assert ended["a"]["attempts"] == 0


@pytest.mark.parametrize("k", [0, -1])
def test_a_quorum_of_nobody_is_refused(k: int) -> None:
    with pytest.raises(KitError, match="at least 1 branch must succeed"):
        quorum(k)


def test_a_quorum_above_the_number_of_branches_is_refused() -> None:
    with pytest.raises(KitError, match=r"quorum\(3\) can never be met by 2 branches"):
        fan_out_of(Branch(succeeds("a")), Branch(succeeds("b")), until=quorum(3))


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_deadline_of_nothing_is_refused(seconds: float) -> None:
    with pytest.raises(KitError, match="must be above 0 seconds"):
        deadline(seconds=seconds)


@pytest.mark.parametrize(
    ("until", "described"),
    [
        (ALL, {"kind": "all"}),
        (quorum(2), {"kind": "quorum", "k": 2}),
        (first(), {"kind": "quorum", "k": 1}),
        (deadline(seconds=2.5), {"kind": "deadline", "seconds": 2.5}),
    ],
)
def test_a_condition_says_itself_in_json(until: Condition, described: dict[str, Any]) -> None:
    assert until.describe() == described


@pytest.mark.parametrize(
    ("until", "required"), [(ALL, True), (quorum(1), False), (deadline(seconds=1), False)]
)
def test_a_branch_is_required_by_default_only_where_the_join_waits_for_all(
    until: Condition, required: bool
) -> None:
    graph = fan_out_of(Branch(succeeds("a")), until=until)

    metadata = graph.builder.nodes["a"].metadata
    assert metadata is not None
    assert metadata["fanjoin"]["required"] is required
