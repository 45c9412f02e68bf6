"""Entrypoints of the functional API, alone, from a factory, and inside a graph."""

import asyncio
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.channels import EphemeralValue
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_store
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.pregel import NodeBuilder, Pregel
from langgraph.store.memory import InMemoryStore
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Topic(TypedDict):
    """What to write about."""

    topic: str


@task
async def draft(topic: str, of: int) -> str:
    if topic == "fail" and of == 1:
        raise ValueError("no ink")
    await asyncio.sleep(0)
    return f"{topic} {of}"


@task
def approve(text: str) -> Any:
    return interrupt({"approve": text})


@entrypoint()
async def drafts(given: Topic) -> list[str]:
    return list(await asyncio.gather(*(draft(given["topic"], of) for of in (1, 2))))


@entrypoint()
async def asks(topic: str, *, previous: Any = None) -> dict[str, Any]:
    answer = await approve(await draft(topic, 0))
    return {"answer": answer, "before": previous}


own_store = InMemoryStore()


@entrypoint(checkpointer=InMemorySaver(), store=own_store)
async def with_its_own(key: str) -> bool:
    store = get_store()
    await store.aput(("own",), key, {})
    return store is own_store


@entrypoint()
async def with_the_services(key: str) -> bool:
    await get_store().aput(("own",), key, {})
    return await get_store().aget(("own",), key) is not None


def made(config: RunnableConfig) -> Any:
    mine = config["configurable"].get("mine")

    @entrypoint()
    async def say(given: int) -> Any:
        return [given, mine]

    return say


class Around(TypedDict, total=False):
    topic: str
    texts: list[str]


async def call_drafts(state: Around) -> Around:
    texts: Any = await drafts.ainvoke({"topic": state["topic"]})
    return {"texts": texts}


around_builder = StateGraph(Around)
around_builder.add_node(call_drafts)
around_builder.add_edge(START, "call_drafts")
around_builder.add_edge("call_drafts", END)
around = around_builder.compile()

_double = NodeBuilder().subscribe_only("a").do(lambda text: text + text).write_to("b")

by_hand: Pregel[Any, Any, Any, Any] = Pregel(
    nodes={"double": _double},
    channels={"a": EphemeralValue(str), "b": EphemeralValue(str)},
    input_channels=["a"],
    output_channels=["b"],
)
