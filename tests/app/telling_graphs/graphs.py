"""Graphs that tell of their work while it goes on: with stream writers, events and models."""

import operator
from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    adispatch_custom_event,
    dispatch_custom_event,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class State(TypedDict, total=False):
    topic: str
    notes: Annotated[list[str], operator.add]


def side_by_side(*nodes: Any) -> Any:
    builder = StateGraph(State)
    for node in nodes:
        builder.add_node(node.__name__, node)
        builder.add_edge(START, node.__name__)
    return builder


async def with_config(state: State) -> State:
    get_stream_writer()({"progress": 50})
    return {"notes": ["one"]}


def with_runtime(state: State, runtime: Runtime[None]) -> State:
    runtime.stream_writer("plain text")
    return {"notes": ["two"]}


async def dispatches(state: State) -> State:
    await adispatch_custom_event("progress", {"percent": 10})
    return {"notes": ["three"]}


inner = side_by_side(with_config, with_runtime).compile()

writers = side_by_side(with_config, with_runtime, dispatches)
writers.add_node("inner", inner)
writers.add_edge(START, "inner")
writes = writers.compile()


async def alternates(state: State, runtime: Runtime[None]) -> State:
    for number in range(0, 6, 2):
        runtime.stream_writer(number)
        await adispatch_custom_event("number", number + 1)
    return {"notes": ["alternates"]}


def alternates_in_a_thread(state: State, runtime: Runtime[None]) -> State:
    for number in range(0, 6, 2):
        runtime.stream_writer(number)
        dispatch_custom_event("number", number + 1)
    return {"notes": ["alternates"]}


_nested = StateGraph(State)
_nested.add_node("inner", side_by_side(alternates, alternates_in_a_thread).compile())
_nested.add_edge(START, "inner")
in_turn = _nested.compile()


class Odd:
    """No JSON."""


async def odd(state: State, runtime: Runtime[None]) -> State:
    looped: list[Any] = []
    looped.append(looped)
    for value in (None, Odd(), looped, {1: {2}}, b"bytes", float("nan"), "x" * 200_000):
        runtime.stream_writer(value)
    for event in ("queued", "attempt", "outcome"):
        runtime.stream_writer({"event": f"fanjoin.{event}", "ns": "x"})
        runtime.stream_writer({"event": f"fanjoin.{event}"})
    runtime.stream_writer({"event": "mine", "ns": 3})
    runtime.stream_writer({"event": ["fanjoin.queued"], "ns": ""})
    return {"notes": ["odd"]}


odds = side_by_side(odd).compile()


async def floods(state: State, runtime: Runtime[None]) -> State:
    for _ in range(80):
        runtime.stream_writer("x" * 60_000)
    return {"notes": ["flood"]}


flood = side_by_side(floods).compile()


class KitState(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]
    answer: str


async def left(state: KitState, runtime: Runtime[None]) -> KitState:
    runtime.stream_writer({"from": "left"})
    return {"results": {"left": "l"}}


async def right(state: KitState) -> KitState:
    return {"results": {"right": "r"}}


async def combine(state: KitState) -> KitState:
    return {"answer": "both"}


def with_kit(*, is_spare: bool) -> Any:
    builder = StateGraph(KitState)
    branches = [Branch(left), Branch(right, required=not is_spare)]
    add_fan_out(builder, branches, join=combine)
    return builder.compile()


kit = with_kit(is_spare=True)
kit_all_required = with_kit(is_spare=False)


class Chunks(BaseChatModel):
    """Writes the chunks it is made with."""

    chunks: list[dict[str, Any]]

    @property
    def _llm_type(self) -> str:
        return "chunks"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("whole"))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self.chunks:
            yield ChatGenerationChunk(message=AIMessageChunk(**chunk))


BLOCKS = Chunks(
    chunks=[
        {"content": [{"type": "thinking", "thinking": "Hmm. ", "index": 0}]},
        {"content": [{"type": "text", "text": "Hello ", "index": 1}]},
        {"content": [{"type": "text", "text": "world", "index": 1}]},
    ]
)
TEXTS = Chunks(
    chunks=[
        {"content": "", "additional_kwargs": {"reasoning_content": "Hmm. "}},
        {"content": "Hello "},
        {"content": "world"},
    ]
)


class Answer(BaseModel):
    text: str


async def blocks(state: State) -> State:
    return {"notes": [(await BLOCKS.ainvoke("hi")).text]}


async def texts(state: State) -> State:
    return {"notes": [(await TEXTS.ainvoke("hi")).text]}


async def quiet(state: State) -> State:
    await BLOCKS.with_config(tags=["nostream"]).ainvoke("hi")
    await BLOCKS.bind(response_format={"type": "json_object"}).ainvoke("hi")
    return {"notes": ["quiet"]}


models = side_by_side(blocks, texts, quiet).compile()


def routed(router: Any, *, ends: Any = None) -> Any:
    """Return a graph of two nodes that a router leads on from."""
    builder = StateGraph(State)
    for node in (prepare, work):
        builder.add_node(node)
    builder.add_edge(START, "prepare")
    builder.add_conditional_edges("prepare", router, ends)
    return builder.compile()


def prepare(state: State) -> State:
    return {"notes": ["prepare"]}


def work(state: State) -> State:
    return {"notes": ["work"]}


def misspelt(state: State) -> str:
    return "wrok"


def none_left(state: State) -> list[Send]:
    return []


def one_wrong(state: State) -> list[Send]:
    return [Send("work", {}), Send("wrok", {})]


async def to_end(state: State) -> str:
    return END


def goes_nowhere(state: State) -> Command[str]:
    return Command(goto=["work", "nowhere"], update={"notes": ["gone"], "nots": 1})


def mistyped(state: State) -> dict[str, Any]:
    return {"notes": ["mistyped"], "nots": ["lost"]}


def sound(state: State) -> Command[str]:
    return Command(goto=END, update={"notes": ["sound"]})


router_unknown = routed(misspelt)
router_empty = routed(none_left, ends=["work"])
router_send = routed(one_wrong)
router_end = routed(to_end)

from_start = StateGraph(State)
from_start.add_node(work)
from_start.add_conditional_edges(START, misspelt)
start_unknown = from_start.compile()

commanded = side_by_side(goes_nowhere)
commanded.add_node(work)
command = commanded.compile()
key = side_by_side(mistyped).compile()
key_within = StateGraph(State)
key_within.add_node("inner", key)
key_within.add_edge(START, "inner")
key_inside = key_within.compile()


class WiderState(State, total=False):
    other: str


def wider(state: WiderState) -> WiderState:
    return {"other": "own"}


own_keys = StateGraph(WiderState)
own_keys.add_node(wider)
own_keys.add_edge(START, "wider")
fine_builder = side_by_side(sound)
fine_builder.add_node("own_keys", own_keys.compile())
fine_builder.add_edge(START, "own_keys")
fine = fine_builder.compile()


class Way(str, Enum):  # noqa: UP042  # its text is not its value
    WORK = "work"


def says_yes(state: State) -> str:
    return "yes"


def says_true(state: State) -> bool:
    return True


def says_both(state: State) -> list[str]:
    return ["yes", "no"]


def says_way(state: State) -> Way:
    return Way.WORK


def says_five(state: State) -> Any:
    return 5


mapped = routed(says_yes, ends={"yes": "work", "no": END})
mapped_bool = routed(says_true, ends={True: "work", False: END})
mapped_list = routed(says_both, ends={"yes": "work", "no": END})
mapped_enum = routed(says_way, ends={Way.WORK: "work"})
router_enum = routed(says_way)
router_number = routed(says_five)


async def updates_by_pairs(state: State) -> Command[Any]:
    return Command(update=[("notes", ["kept"]), ("nots", 1)], goto="work")


pairs_builder = StateGraph(State)
pairs_builder.add_node("updates_by_pairs", updates_by_pairs, destinations=("work",))
pairs_builder.add_node("work", work)
pairs_builder.add_edge(START, "updates_by_pairs")
pairs = pairs_builder.compile()
