"""Factories of every form that LangGraph's own server takes; each graph shows what it was made of.

`happened` is what they did, in order: a test empties it.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph_sdk.runtime import ServerRuntime
from typing_extensions import TypedDict

happened: list[str] = []

waiting = asyncio.Event()

blocking = threading.Event()

may_go_on = threading.Event()
"""A factory that blocks waits for it, and says whether it came."""


class State(TypedDict, total=False):
    topic: str
    made_with: dict[str, Any]


@dataclass
class Context:
    model: str = "small"


def built(**made_with: Any) -> StateGraph[Any, Any, Any, Any]:
    """Build a graph whose node says what its factory got."""

    async def say(state: State) -> State:
        if state.get("topic") == "fail":
            raise ValueError("the node fails")
        if state.get("topic") == "wait":
            waiting.set()
            await asyncio.Event().wait()
        happened.append("ran")
        return {"made_with": made_with}

    builder = StateGraph(State, context_schema=Context)
    builder.add_node(say)
    builder.add_edge(START, "say")
    builder.add_edge("say", END)
    return builder


def shown(config: RunnableConfig) -> dict[str, Any]:
    configurable = config["configurable"]
    return {"mine": configurable.get("mine"), "has_thread": "thread_id" in configurable}


def seen(runtime: Any) -> dict[str, Any]:
    run = runtime.execution_runtime
    return {
        "access": runtime.access_context,
        "context": run and run.context,
        "store": runtime.store is not None,
    }


made_of_nothing = 0


def nothing() -> Any:
    global made_of_nothing  # noqa: PLW0603  # a test counts
    made_of_nothing += 1
    return built(of="nothing").compile()


def uncompiled() -> Any:
    return built(of="nothing")


async def nothing_async() -> Any:
    return built(of="nothing").compile()


def config(config: RunnableConfig) -> Any:
    return built(config=shown(config)).compile()


def any_name(anything):  # type: ignore[no-untyped-def]  # without annotations, as many are
    return built(config=shown(anything)).compile()


async def config_async(config: RunnableConfig) -> Any:
    return built(config=shown(config))


def config_with_default(config: RunnableConfig | None = None) -> Any:
    return built(config=shown(config or {})).compile()


def config_and_options(config: RunnableConfig, verbose: bool = False, **options: Any) -> Any:
    return built(config=shown(config), verbose=verbose, options=options).compile()


def runtime(server: ServerRuntime[Context]) -> Any:
    return built(runtime=seen(server)).compile()


async def runtime_async(server: "ServerRuntime[Any] | None" = None) -> Any:
    return built(runtime=seen(server)).compile()


def runtime_of_nodes(runtime: Runtime[Context]) -> Any:
    return built(context=runtime.context).compile()


def both(config: RunnableConfig, runtime: ServerRuntime[Any]) -> Any:
    return built(config=shown(config), runtime=seen(runtime)).compile()


def both_turned(server: ServerRuntime[Any], settings: Any) -> Any:
    return built(config=shown(settings), runtime=seen(server)).compile()


def keyword_only(*, runtime: ServerRuntime[Any], config: RunnableConfig) -> Any:
    return built(config=shown(config), runtime=seen(runtime)).compile()


def positional_only(config: RunnableConfig, /) -> Any:
    return built(config=shown(config)).compile()


def annotated(config: Annotated[RunnableConfig, "mine"]) -> Any:
    return built(config=shown(config)).compile()


def _named(name: str, config: RunnableConfig) -> Any:
    return built(name=name, config=shown(config)).compile()


partly = partial(_named, "partial")


class Maker:
    """Makes graphs when it is called."""

    def __call__(self, config: RunnableConfig) -> Any:
        return built(config=shown(config)).compile()

    async def make(self, runtime: ServerRuntime[Any]) -> Any:
        return built(runtime=seen(runtime)).compile()


called = Maker()
method = Maker().make


@asynccontextmanager
async def held(config: RunnableConfig) -> AsyncIterator[Any]:
    happened.append("opened")
    try:
        yield built(config=shown(config)).compile()
    finally:
        happened.append("closed")


@contextmanager
def held_sync() -> Iterator[Any]:
    happened.append("opened")
    try:
        yield built(of="nothing")
    finally:
        happened.append("closed")


async def returns_held(config: RunnableConfig) -> Any:
    return held(config)


@asynccontextmanager
async def swallows(config: RunnableConfig) -> AsyncIterator[Any]:
    try:
        yield built().compile()
    except BaseException:  # noqa: BLE001  # a test sees that the run fails all the same
        happened.append("swallowed")


@asynccontextmanager
async def cannot_close(config: RunnableConfig) -> AsyncIterator[Any]:
    yield built().compile()
    if "thread_id" in config["configurable"]:
        raise OSError("the door is stuck")


def raises_in_a_run(config: RunnableConfig) -> Any:
    if "thread_id" in config["configurable"]:
        raise LookupError("no bricks")
    return built().compile()


def makes_nothing_in_a_run(config: RunnableConfig) -> Any:
    return None if "thread_id" in config["configurable"] else built().compile()


@asynccontextmanager
async def cannot_open_in_a_run(config: RunnableConfig) -> AsyncIterator[Any]:
    if "thread_id" in config["configurable"]:
        raise SystemExit
    yield built().compile()


def blocks(config: RunnableConfig) -> Any:
    return built(waited=_blocked(config)).compile()


@contextmanager
def blocks_held(config: RunnableConfig) -> Iterator[Any]:
    yield built(waited=_blocked(config)).compile()


def _blocked(config: RunnableConfig) -> bool:
    if "thread_id" not in config["configurable"]:
        return False
    blocking.set()
    return may_go_on.wait(5)


def needs_loop(config: RunnableConfig) -> Any:
    return built(is_running=asyncio.get_running_loop().is_running()).compile()


@asynccontextmanager
async def never_opens() -> AsyncIterator[Any]:
    await asyncio.Event().wait()
    yield built().compile()


@asynccontextmanager
async def never_closes() -> AsyncIterator[Any]:
    yield built().compile()
    await asyncio.Event().wait()


def of_user(runtime: ServerRuntime[Any]) -> Any:
    user = runtime.ensure_user() if runtime.execution_runtime else None
    return built(user=user and [user.identity == user["identity"], user.identity != ""]).compile()


def of_any_user(runtime: ServerRuntime[Any]) -> Any:
    return built(user=runtime.ensure_user().identity).compile()
