"""The saver and the store as a run gets them, on both databases."""

import asyncio
import sqlite3
from contextlib import closing

import psycopg
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointMetadata, empty_checkpoint
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.runtime import get_runtime
from langgraph.types import Command, interrupt

from app.settings import Settings
from app.storage.checkpoints import (
    Checkpoints,
    open_checkpoints,
    set_up_checkpoints,
)
from tests.app.storage.checkpoints.fan_outs import State, fan_out, thread

pytestmark = pytest.mark.anyio


async def count(checkpoints: Checkpoints, key: str) -> int:
    return len([one async for one in checkpoints.of("me").alist(thread(key))])


async def test_a_thread_is_there_again_after_the_database_was_closed(stored: Settings) -> None:
    async with open_checkpoints(stored) as checkpoints:
        await fan_out(checkpoints.for_run("me")).ainvoke({}, thread("t"))

    await set_up_checkpoints(stored)
    async with open_checkpoints(stored) as checkpoints:
        state = await fan_out(checkpoints.of("me")).aget_state(thread("t"))

    assert state.values["size"] == 2


async def test_a_thread_that_langgraphs_own_saver_wrote_opens(settings: Settings) -> None:
    settings.data_dir.mkdir()
    async with AsyncSqliteSaver.from_conn_string(str(settings.data_dir / "checkpoints.db")) as old:
        await fan_out(old).ainvoke({}, thread("thread:me/t"))

    await set_up_checkpoints(settings)
    async with open_checkpoints(settings) as checkpoints:
        state = await fan_out(checkpoints.of("me")).aget_state(thread("t"))

    assert state.values["size"] == 2


def committed_tasks(settings: Settings) -> set[str]:
    """Ask as another process would, for which nothing counts that is not committed."""
    if settings.postgres_url is not None:
        with psycopg.connect(settings.postgres_url) as postgres:
            rows = postgres.execute("SELECT task_id FROM checkpoint_writes").fetchall()
    else:
        with closing(sqlite3.connect(settings.data_dir / "checkpoints.db")) as file:
            rows = file.execute("SELECT task_id FROM writes").fetchall()
    return {task_id for (task_id,) in rows}


async def test_a_saver_tells_of_each_task_and_checkpoint_once_it_is_committed(
    stored: Settings,
) -> None:
    saved: list[str | None] = []
    uncommitted: set[str] = set()

    def on_saved(task_id: str | None) -> None:
        saved.append(task_id)
        if task_id is not None:
            uncommitted.update({task_id} - committed_tasks(stored))

    async with open_checkpoints(stored) as checkpoints:
        graph = fan_out(checkpoints.for_run("me", on_saved=on_saved))
        parts = graph.astream({}, thread("t"), stream_mode="tasks", durability="sync")
        scheduled = {part["id"] async for part in parts if "triggers" in part}

        assert len(scheduled) == 3
        assert scheduled <= set(saved)
        assert uncommitted == set()
        listed = checkpoints.of("me").alist(thread("t"))
        of_the_graph = [c async for c in listed if not c.config["configurable"]["checkpoint_ns"]]
        assert saved.count(None) == len(of_the_graph)


async def test_a_deleted_key_leaves_nothing_and_harms_no_other(checkpoints: Checkpoints) -> None:
    graph = fan_out(checkpoints.for_run("me"))
    for key in ("gone", "kept"):
        await graph.ainvoke({}, thread(key))
    before = await count(checkpoints, "kept")

    await checkpoints.delete_thread("me", "gone")
    await checkpoints.delete_thread("me", "never there")

    assert await count(checkpoints, "gone") == 0
    assert await count(checkpoints, "kept") == before


async def test_a_pruned_thread_keeps_its_latest_checkpoint_and_goes_on(
    checkpoints: Checkpoints,
) -> None:
    graph = fan_out(checkpoints.for_run("me"))
    for _ in range(3):
        await graph.ainvoke({}, thread("t"))
    before = await graph.aget_state(thread("t"))

    await checkpoints.prune_thread("me", "t")
    await checkpoints.prune_thread("me", "never there")

    after = await graph.aget_state(thread("t"))
    assert await count(checkpoints, "t") == 1
    assert after.values == before.values
    assert after.parent_config is None
    assert (await graph.ainvoke({}, thread("t")))["size"] == 2


async def test_a_thread_that_waits_for_an_answer_is_answered_after_it_was_pruned(
    checkpoints: Checkpoints,
) -> None:
    async def asks(state: State) -> State:
        return {"notes": {"answer": interrupt("what?")}}

    sub = StateGraph(State).add_node(asks).add_edge(START, "asks").compile()
    builder = StateGraph(State).add_node("sub", sub).add_edge(START, "sub")
    graph = builder.compile(checkpointer=checkpoints.for_run("me"))
    await graph.ainvoke({}, thread("t"))
    await graph.ainvoke(Command(resume="first"), thread("t"))
    await graph.ainvoke({}, thread("t"))

    await checkpoints.prune_thread("me", "t")

    state = await graph.ainvoke(Command(resume="second"), thread("t"))
    assert state["notes"] == {"answer": "second"}


async def test_a_synchronous_node_may_run_a_graph_of_its_own(checkpoints: Checkpoints) -> None:
    def asks(state: State) -> State:
        return {"notes": {"inner": interrupt("what?")}}

    sub = StateGraph(State).add_node(asks).add_edge(START, "asks").compile()

    def calls(state: State) -> State:
        return {"notes": sub.invoke({})["notes"]}

    builder = StateGraph(State).add_node(calls).add_edge(START, "calls")
    graph = builder.compile(checkpointer=checkpoints.for_run("me"))
    await graph.ainvoke({}, thread("t"))

    state = await graph.ainvoke(Command(resume="this"), thread("t"))

    assert state["notes"] == {"inner": "this"}


async def test_a_synchronous_graph_inside_an_async_node_is_refused_instead_of_hanging(
    checkpoints: Checkpoints,
) -> None:
    async def same(state: State) -> State:
        return state

    sub = StateGraph(State).add_node(same).add_edge(START, "same").compile()

    async def calls(state: State) -> State:
        return {"notes": sub.invoke({})["notes"]}

    builder = StateGraph(State).add_node(calls).add_edge(START, "calls")
    graph = builder.compile(checkpointer=checkpoints.for_run("me"))

    with pytest.raises(asyncio.InvalidStateError):
        await graph.ainvoke({}, thread("t"))


async def test_a_thread_with_a_delta_channel_is_not_pruned(checkpoints: Checkpoints) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
    for _ in range(2):
        counted: CheckpointMetadata = {"counters_since_delta_snapshot": {"notes": (1, 1)}}
        await checkpoints.of("me").aput(config, empty_checkpoint(), counted, {})

    with pytest.raises(NotImplementedError, match="DeltaChannel"):
        await checkpoints.prune_thread("me", "t")

    assert await count(checkpoints, "t") == 2


async def test_what_a_graph_puts_into_the_store_is_there_for_other_threads_and_after_a_restart(
    stored: Settings,
) -> None:
    async def puts(state: State) -> State:
        store = get_runtime().store
        assert store is not None
        await store.aput(("notes",), "a", {"text": "kept"})
        return {"size": 1}

    builder = StateGraph(State).add_node(puts).add_edge(START, "puts")
    async with open_checkpoints(stored) as checkpoints:
        await builder.compile(store=checkpoints.store).ainvoke({})

    async with open_checkpoints(stored) as checkpoints:
        notes = await checkpoints.store.asearch(("notes",))

    assert [item.value for item in notes] == [{"text": "kept"}]
