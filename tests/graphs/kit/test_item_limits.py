"""`over=`: how many items run at once, how long, and how many there may be."""

import asyncio
from typing import Any

import pytest

from graphs.kit import (
    KitError,
    QuorumNotMet,
    RequiredBranchFailed,
    WidthOutOfBounds,
    deadline,
    first,
    quorum,
)
from tests.graphs.kit.item_graphs import Word, graph_over
from tests.graphs.kit.small_graphs import gates_of, settle

pytestmark = pytest.mark.anyio


async def test_no_more_run_at_once_than_may_and_the_others_say_that_they_wait() -> None:
    at_work: list[int] = [0]
    most: list[int] = [0]

    async def work(item: Word) -> dict[str, Any]:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        await asyncio.sleep(0.01)
        at_work[0] -= 1
        return {"rows": item["word"]}

    graph = graph_over(work, max_at_once=3)
    stream = graph.astream({"words": list("abcdefghij")}, stream_mode="custom")
    events: list[Any] = [event async for event in stream]

    assert most[0] == 3
    queued = [event["branch"] for event in events if event["event"] == "fanjoin.queued"]
    assert queued == [f"spell[{number}]" for number in range(3, 10)]
    names = [event["event"] for event in events if event["branch"] == "spell[9]"]
    assert names == ["fanjoin.queued", "fanjoin.attempt", "fanjoin.outcome"]


async def test_the_timeouts_clock_starts_with_the_slot() -> None:
    async def work(item: Word) -> dict[str, Any]:
        await asyncio.sleep(0.04)
        return {"rows": item["word"]}

    graph = graph_over(work, policy={"timeout": 0.1}, max_at_once=1)

    assert (await settle(graph, {"words": list("abcd")}))["seen"] == list("abcd")


async def test_a_wait_between_attempts_holds_no_slot() -> None:
    ran: list[str] = []

    async def work(item: Word) -> dict[str, Any]:
        ran.append(item["word"])
        if ran.count("again") == 1 and item["word"] == "again":
            raise ConnectionError
        return {"rows": item["word"]}

    graph = graph_over(work, policy={"attempts": 2}, max_at_once=1)
    state = await settle(graph, {"words": ["again", "next"]})

    assert ran == ["again", "next", "again"]
    assert state["seen"] == ["again", "next"]


async def test_a_quorum_of_items_cancels_the_others_even_those_that_wait() -> None:
    graph = graph_over(until=quorum(2), max_at_once=3)
    words = ["slow", "a", "b", "slow", "slow", "slow"]

    state = await settle(graph, {"words": words})

    assert state["seen"] == ["A", "B"]
    assert [status for status in state["statuses"].values() if status == "cancelled"] != []
    assert len(gates_of(graph, "close")) == 0


async def test_a_quorum_above_the_items_there_are_fails_at_once() -> None:
    with pytest.raises(QuorumNotMet, match="0 of 1 branches have a result, and the quorum is 2"):
        await settle(graph_over(until=quorum(2)), {"words": ["slow"]})
    with pytest.raises(QuorumNotMet, match="0 of 0"):
        await settle(graph_over(until=first()), {"words": []})


async def test_a_deadline_cuts_what_works_and_what_waits() -> None:
    graph = graph_over(until=deadline(seconds=0.4), max_at_once=2)

    state = await settle(graph, {"words": ["a", "slow", "slow", "b"]})

    assert state["seen"] == ["A"]
    assert list(state["statuses"].values()) == ["ok", "timeout", "timeout", "timeout"]


async def test_fail_fast_ends_the_other_items() -> None:
    with pytest.raises(RequiredBranchFailed, match=r"spell\[1\]"):
        await settle(graph_over(fail_fast=True), {"words": ["slow", "bad", "slow"]})


@pytest.mark.parametrize(
    ("count", "message"),
    [(1, "lists 1 items, and min_items is 2"), (5, "lists 5 items, and max_items is 4")],
)
async def test_too_few_or_too_many_items_start_nothing(count: int, message: str) -> None:
    ran: list[str] = []

    async def work(item: Word) -> None:
        ran.append(item["word"])

    with pytest.raises(WidthOutOfBounds, match=message):
        await settle(graph_over(work, min_items=2, max_items=4), {"words": ["w"] * count})
    assert ran == []


async def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(KitError, match="over= of 'close' gave str: return a list"):
        await settle(graph_over(over=lambda _: "abc"), {})
