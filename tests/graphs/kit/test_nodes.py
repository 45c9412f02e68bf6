"""A branch's function is called as LangGraph would call it."""

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.config import get_config, get_stream_writer
from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import StreamWriter

from graphs.kit import Branch, add_fan_out
from graphs.kit.policy.nodes import input_schema_of, is_async, return_hint_of
from tests.graphs.kit.small_graphs import State, fan_out_of, join, succeeds

pytestmark = pytest.mark.anyio


@dataclass
class Context:
    """What a request may choose."""

    model: str = "small"


async def test_a_branch_gets_config_runtime_store_and_writer_and_so_does_the_join() -> None:
    got: dict[str, Any] = {}

    async def curious(
        state: State,
        config: RunnableConfig,
        runtime: Runtime[Context],
        *,
        store: BaseStore,
        writer: StreamWriter,
    ) -> State:
        got["tag"] = config["configurable"]["tag"]
        got["model"] = runtime.context.model
        got["store"] = (await store.aget(("a",), "key") or store).__class__.__name__
        writer("hello")
        return {"results": {"curious": state["text"]}}

    async def close(_: State, runtime: Runtime[Context]) -> None:
        got["join"] = runtime.context.model

    builder = StateGraph(State, context_schema=Context)
    add_fan_out(builder, [Branch(curious)], join=close)
    graph = builder.compile(store=InMemoryStore())

    config: RunnableConfig = {"configurable": {"tag": "t"}}
    stream = graph.astream({"text": "t"}, config, context=Context("big"), stream_mode="custom")
    events = [event async for event in stream]

    assert "hello" in events
    assert got == {"tag": "t", "model": "big", "store": "InMemoryStore", "join": "big"}


async def test_the_config_of_the_surrounding_run_is_at_hand_in_a_branch() -> None:
    async def asks(_: State) -> State:
        get_stream_writer()("hello")
        return {"results": {"tag": get_config()["configurable"]["tag"]}}

    state = await fan_out_of(Branch(asks)).ainvoke({}, {"configurable": {"tag": "t"}})

    assert state["seen"] == {"tag": "t"}


async def test_a_plain_function_works_beside_the_event_loop() -> None:
    def plain(_: State) -> State:
        return {"results": {"thread": threading.current_thread().name}}

    state = await fan_out_of(Branch(plain)).ainvoke({})

    assert state["seen"]["thread"] != threading.main_thread().name


async def test_a_runnable_and_an_object_may_be_branches() -> None:
    class Work:
        async def __call__(self, state: State) -> State:
            return {"results": {"object": state["text"]}}

    def say(state: State) -> State:
        return {"results": {"runnable": state["text"]}}

    runnable = Branch(RunnableLambda(say), name="runnable")

    state = await fan_out_of(Branch(Work(), name="object", timeout=5), runnable).ainvoke(
        {"text": "t"}
    )

    assert state["seen"] == {"object": "t", "runnable": "t"}


async def test_a_branch_may_read_a_part_of_the_state() -> None:
    @dataclass
    class Part:
        text: str

    async def narrow(state: Part) -> State:
        return {"results": {"narrow": ",".join(vars(state))}}

    state = await fan_out_of(Branch(narrow), Branch(succeeds("b"))).ainvoke({"text": "t"})

    assert state["seen"]["narrow"].startswith("text")


def test_the_schema_a_node_reads_is_its_first_parameters() -> None:
    def loose(state, other: int):  # type: ignore[no-untyped-def]  # as some authors write
        return state, other

    def unknown(state: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821  # as some authors write

    assert input_schema_of(join, dict) is State
    assert input_schema_of(loose, dict) is dict
    assert input_schema_of(unknown, dict) is dict
    assert input_schema_of(RunnableLambda(join), dict) is dict
    assert return_hint_of(unknown) is None


def test_what_can_be_stopped_is_known() -> None:
    def plain(_: State) -> None: ...

    assert is_async(join)
    assert not is_async(plain)
    assert is_async(RunnableLambda(join))
    assert not is_async(RunnableLambda(plain))
