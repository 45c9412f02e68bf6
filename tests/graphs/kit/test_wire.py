"""What the kit sends and takes fits the schemas of docs/wire."""

from contextlib import suppress
from typing import Annotated, Any

import pytest
from jsonschema import ValidationError
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from langgraph.types import StreamMode

from graphs.kit import Branch, RequiredBranchFailed, add_fan_out, by_item, deadline, decided, first
from graphs.kit.policy.conditions import Condition
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    chain,
    fails,
    fan_out_of,
    join,
    sequence_of_two,
    succeeds,
)
from tests.wire import NAMES, check

pytestmark = pytest.mark.anyio


def graph_of_every_ending() -> Graph:
    return fan_out_of(
        Branch(succeeds("good"), timeout=2.5, attempts=3),
        Branch(chain("sub"), writes=["results"]),
        Branch(succeeds("slow", seconds=9), timeout=0.01, required=False),
        Branch(
            fails("mended", ValueError("x" * 9_999)), fallback=fails("x", ValueError("x" * 999))
        ),
        Branch(fails("again", ConnectionError()), attempts=2, fallback={"summary": "none"}),
        saver=InMemorySaver(),
    )


def graph_that_fails_fast() -> Graph:
    return fan_out_of(
        Branch(succeeds("slow", seconds=9)),
        Branch(fails("bad", seconds=0.01)),
        fail_fast=True,
        saver=InMemorySaver(),
    )


def graph_until(until: Condition) -> Graph:
    return fan_out_of(
        Branch(succeeds("a")),
        Branch(succeeds("slow", seconds=9)),
        until=until,
        saver=InMemorySaver(),
    )


def graph_over_items() -> Graph:
    async def item(number: int) -> dict[str, Any]:
        return {"results": {str(number): "t"}, "rows": number}

    class Rows(State, total=False):
        rows: Annotated[list[int], by_item]

    builder = StateGraph(Rows)
    branch = Branch(item, name="item")
    add_fan_out(
        builder,
        branch,
        over=lambda _: [1, 2, 3],
        label="number {}".format,
        join=join,
        max_at_once=1,
    )
    return builder.compile(checkpointer=InMemorySaver())


def graph_over_nothing() -> Graph:
    builder = StateGraph(State)
    add_fan_out(builder, Branch(succeeds("item")), over=lambda _: [], join=join)
    return builder.compile(checkpointer=InMemorySaver())


GRAPHS = [
    graph_over_items,
    graph_over_nothing,
    graph_of_every_ending,
    graph_that_fails_fast,
    lambda: sequence_of_two(InMemorySaver()),
    lambda: graph_until(first()),
    lambda: graph_until(decided(by=lambda given, update: True)),
    lambda: graph_until(deadline(seconds=0.02)),
]


async def events_of(graph: Graph, mode: StreamMode) -> list[Any]:
    events: list[Any] = []
    with suppress(RequiredBranchFailed):
        async for event in graph.astream({"text": "t"}, THREAD, stream_mode=mode):
            events.append(event)  # noqa: PERF401  # what came before an error counts
    return events


@pytest.mark.parametrize("make", GRAPHS)
def test_every_node_of_a_fan_out_says_its_policy(make: Any) -> None:
    for spec in make().builder.nodes.values():
        check("node_metadata", spec.metadata["fanjoin"])


@pytest.mark.parametrize("make", GRAPHS)
async def test_the_outcomes_on_the_thread_fit(make: Any) -> None:
    graph: Graph = make()
    await events_of(graph, "values")

    checkpoint = await graph.checkpointer.aget(THREAD)  # type: ignore[union-attr]  # a saver, here

    outcomes = checkpoint["channel_values"]["fanjoin_outcomes"]  # type: ignore[index]  # it ran
    assert outcomes
    check("outcomes_channel", outcomes)


@pytest.mark.parametrize("make", GRAPHS)
async def test_every_custom_event_fits_and_each_branch_has_one_outcome(make: Any) -> None:
    events = await events_of(make(), "custom")

    for event in events:
        check("custom_events", event)
    ended = [event["branch"] for event in events if event["event"] == "fanjoin.outcome"]
    assert sorted(ended) == sorted(set(ended))
    assert ended


async def test_the_input_of_every_task_over_items_fits() -> None:
    inputs = []
    for make in (graph_over_items, graph_over_nothing):
        tasks = await events_of(make(), "tasks")
        inputs += [task["input"] for task in tasks if task["name"] == "item" and "input" in task]

    for given in inputs:
        check("item", given)
    labels = [given["fanjoin_item"]["label"] for given in inputs]
    assert labels == ["number 1", "number 2", "number 3", None]


@pytest.mark.parametrize("make", GRAPHS)
async def test_a_result_in_a_branchs_writes_is_tagged_and_in_the_state_is_not(make: Any) -> None:
    graph: Graph = make()

    updates = await events_of(graph, "updates")

    tagged = [
        write["results"]
        for update in updates
        for write in update.values()
        if isinstance(write, dict) and "results" in write
    ]
    tagged += [write["rows"] for update in updates for write in update.values() if "rows" in write]
    for result in tagged:
        check("results_by_round", result)
    assert "fanjoin_round" not in (await graph.aget_state(THREAD)).values.get("results", {})


@pytest.mark.parametrize(
    "request_",
    [
        None,
        {},
        {"deadline": None, "reuse": None},
        {"deadline": 4_000_000_000.5, "reuse": {"x": {}}, "cache": "bypass", "steps_made": 3},
    ],
)
async def test_what_a_request_may_send_down_is_taken(request_: Any) -> None:
    check("config", request_)
    graph = fan_out_of(Branch(succeeds("a"), attempts=2))

    state = await graph.ainvoke({"text": "t"}, {"configurable": {"fanjoin": request_}})

    assert state["seen"] == {"a": "t"}


def test_the_schemas_refuse_what_is_wrong() -> None:
    wrong: dict[str, Any] = {
        "node_metadata": {"kind": "leaf"},
        "outcomes_channel": {"join": {"round": "1", "branches": {"a": {}}, "wrote": {}}},
        "results_by_round": {"a": "t"},
        "custom_events": {"event": "fanjoin.attempt", "ns": "a:1", "branch": "a"},
        "config": {"deadline": "soon"},
        "item": {"fanjoin_item": {"index": -1, "of": 1, "label": None}},
    }

    assert sorted(wrong) == NAMES
    for name, value in wrong.items():
        with pytest.raises(ValidationError):
            check(name, value)
