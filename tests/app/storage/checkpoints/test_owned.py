"""One owner's view of a saver: plain thread ids outside, and nothing of anybody else's."""

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple, empty_checkpoint
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from app.storage.checkpoints import Checkpoints
from tests.app.storage.checkpoints.fan_outs import fan_out, thread

pytestmark = pytest.mark.anyio

STOLEN = ("you/t", "../you/t", "thread:you/t", "/t", "t")
"""Thread ids by which somebody may try to reach the thread `t` of another owner."""


class Seen(TypedDict, total=False):
    thread_id: str
    answer: str


async def look(state: Seen, config: RunnableConfig) -> Seen:
    return {"thread_id": config["configurable"]["thread_id"]}


async def ask(state: Seen) -> Seen:
    return {"answer": interrupt("may I?")}


builder = StateGraph(Seen)
builder.add_node(look)
builder.add_node(ask)
builder.add_edge(START, "look")
builder.add_edge("look", "ask")


def thread_ids(one: CheckpointTuple) -> set[Any]:
    configs = [one.config, one.parent_config] if one.parent_config else [one.config]
    return {config["configurable"]["thread_id"] for config in configs} | (
        {one.metadata["thread_id"]} if "thread_id" in one.metadata else set()  # type: ignore[typeddict-item]  # not one of LangGraph's own
    )


async def test_nodes_and_checkpoints_have_the_callers_thread_id(checkpoints: Checkpoints) -> None:
    saver = checkpoints.for_run("me")
    graph = builder.compile(checkpointer=saver)

    values = await graph.ainvoke({}, thread("t"))
    state = await graph.aget_state(thread("t"))
    listed = [one async for one in saver.alist(thread("t"))]
    answered = await graph.ainvoke(Command(resume="yes"), thread("t"))

    assert values["thread_id"] == "t"
    assert answered["answer"] == "yes"
    assert state.config["configurable"]["thread_id"] == "t"
    assert state.parent_config is not None
    assert state.parent_config["configurable"]["thread_id"] == "t"
    assert len(listed) > 2
    assert set.union(*map(thread_ids, listed)) == {"t"}


async def test_run_without_a_thread_sees_its_own_id(checkpoints: Checkpoints) -> None:
    graph = builder.compile(checkpointer=checkpoints.for_run("me", run_id="r"))

    values = await graph.ainvoke({}, thread("r"))
    await checkpoints.delete_thread("me", "r")
    still_there = await graph.aget_state(thread("r"))
    await checkpoints.delete_run("r")

    assert values["thread_id"] == "r"
    assert still_there.next == ("ask",)
    assert (await graph.aget_state(thread("r"))).created_at is None


async def test_what_saver_methods_return_names_the_plain_thread(checkpoints: Checkpoints) -> None:
    saver = checkpoints.of("me")
    at: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}

    first = await saver.aput(at, empty_checkpoint(), {}, {})
    second = await saver.aput(first, empty_checkpoint(), {}, {})
    await saver.aput_writes(second, [("notes", 1)], "task")
    read = await saver.aget_tuple(second)
    before = [one async for one in saver.alist(at, before=second)]

    assert {config["configurable"]["thread_id"] for config in (first, second)} == {"t"}
    assert read is not None
    assert thread_ids(read) == {"t"}
    assert read.pending_writes == [("task", "notes", 1)]
    assert [one.config for one in before] == [first]
    history = await saver.aget_delta_channel_history(config=second, channels=["notes"])
    assert history["notes"]["writes"] == []


async def test_synchronous_methods_do_the_same(checkpoints: Checkpoints) -> None:
    mine, yours = checkpoints.of("me"), checkpoints.of("you")
    at: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}

    def use() -> None:
        made = mine.put(at, empty_checkpoint(), {}, {})
        mine.put_writes(made, [("notes", 1)], "task")
        read = mine.get_tuple(made)
        assert read is not None
        assert thread_ids(read) == {"t"}
        assert [one.config for one in mine.list(at)] == [made]
        assert mine.get_delta_channel_history(config=made, channels=["notes"])
        for thread_id in STOLEN:
            assert list(yours.list(thread(thread_id))) == []

    await asyncio.to_thread(use)


async def test_copies_of_a_saver_see_the_same_threads(checkpoints: Checkpoints) -> None:
    saver = checkpoints.of("me")
    await fan_out(saver).ainvoke({}, thread("t"))

    allowing = saver.with_allowlist([("some", "module")])

    assert (await fan_out(allowing).aget_state(thread("t"))).values["size"] == 2
    assert (await fan_out(checkpoints.of("you")).aget_state(thread("t"))).created_at is None


async def test_no_choice_of_ids_reaches_another_owners_thread(checkpoints: Checkpoints) -> None:
    await fan_out(checkpoints.of("you")).ainvoke({}, thread("t"))
    theirs = [one async for one in checkpoints.of("you").alist(thread("t"))]
    mine = checkpoints.of("me")

    for thread_id in STOLEN:
        for one in theirs:
            at = one.config["configurable"]
            chosen: RunnableConfig = {
                "configurable": {
                    **at,
                    "thread_id": thread_id,
                    "checkpoint_map": {"": at["checkpoint_id"]},
                }
            }
            assert await mine.aget_tuple(chosen) is None
            assert (await fan_out(mine).aget_state(chosen, subgraphs=True)).values == {}
            assert await listed(mine, chosen) == []
            delta = await mine.aget_delta_channel_history(config=chosen, channels=["notes"])
            assert delta["notes"]["writes"] == []
            await mine.aput_writes(chosen, [("notes", "mine")], "task")
        await mine.adelete_thread(thread_id)
        await mine.aprune([thread_id])

    assert [one async for one in checkpoints.of("you").alist(thread("t"))] == theirs


async def listed(
    saver: BaseCheckpointSaver[Any], config: RunnableConfig | None, **options: Any
) -> list[CheckpointTuple]:
    return [one async for one in saver.alist(config, **options)]


async def test_list_of_all_threads_is_that_of_the_owners(checkpoints: Checkpoints) -> None:
    for owner, thread_id in (("me", "a"), ("you", "b"), ("me", "c"), ("you", "d")):
        at: RunnableConfig = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
        await checkpoints.of(owner).aput(at, empty_checkpoint(), {}, {})
    mine = checkpoints.of("me")

    everything, two, none = [await listed(mine, None, limit=limit) for limit in (None, 2, 0)]

    assert [one.config["configurable"]["thread_id"] for one in everything] == ["c", "a"]
    assert (two, none) == (everything, [])
