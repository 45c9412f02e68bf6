"""Graphs whose rows are easily told wrong, each with a record of its own of what really ran."""

import asyncio
import operator
from typing import Annotated, Any

from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langgraph.cache.memory import InMemoryCache
from langgraph.errors import NodeError
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy, Command, RetryPolicy, Send
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_item, first
from tests.app.report.heard import HEARD


class State(TypedDict, total=False):
    items: list[str]
    topic: str
    notes: Annotated[list[str], operator.add]


Node = Any


def writer(name: str) -> Node:
    async def write(state: State) -> State:
        return {"notes": [name]}

    write.__name__ = name
    return write


def compiled(builder: Any, **options: Any) -> Any:
    return builder.compile(**options).with_config(callbacks=[HEARD])


async def hand(state: State) -> Command[str]:
    return Command(goto="after", update={"notes": ["hand"]}, graph=Command.PARENT)


async def work(state: State) -> State:
    return {"notes": [state["topic"].upper()]}


def chain(*nodes: Node) -> Any:
    builder = StateGraph(State)
    builder.add_sequence(nodes)
    builder.add_edge(START, nodes[0].__name__)
    return builder


_parent = StateGraph(State)
_parent.add_node("team", chain(writer("first"), hand).compile(), destinations=("after",))
_parent.add_node("other", writer("other"))
_parent.add_node("after", writer("after"))
_parent.add_edge(START, "team")
_parent.add_edge(START, "other")
to_parent = compiled(_parent)

_cached = StateGraph(State)
_cached.add_node(work, cache_policy=CachePolicy())
_cached.add_node("join", writer("join"))
_cached.add_conditional_edges(
    START, lambda state: [Send("work", {"topic": item}) for item in state["items"]], ["work"]
)
_cached.add_edge("work", "join")
cached = compiled(_cached, cache=InMemoryCache())


async def bad(state: State) -> State:
    raise ValueError("no such topic")


async def handle(state: State, error: NodeError) -> State:
    return {"notes": [f"handled {error.node}"]}


_handled = StateGraph(State)
_handled.add_node(bad, error_handler=handle)
_handled.add_node("good", writer("good"))
_handled.add_node("last", writer("last"), defer=True)
_handled.add_edge(START, "bad")
_handled.add_edge(START, "good")
_handled.add_edge("good", "last")
handled = compiled(_handled)

_around = StateGraph(State)
_around.add_node("team", _handled.compile())
_around.add_node("after", writer("after"))
_around.add_edge(START, "team")
_around.add_edge("team", "after")
handled_inside = compiled(_around)


class Flaky:
    """A node that fails twice in each run, and then sends two commands."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, state: State) -> list[Command[str]]:
        self.times += 1
        if self.times % 3:
            raise ConnectionError(f"no {self.times % 3}")
        return [Command(update={"notes": ["a"]}), Command(update={"notes": ["b"]}, goto="end")]


_retried = StateGraph(State)
_policy = RetryPolicy(initial_interval=0, backoff_factor=0, jitter=False)
_retried.add_node("flaky", Flaky(), retry_policy=_policy, destinations=("end",))
_retried.add_node("end", writer("end"))
_retried.add_edge(START, "flaky")
retried = compiled(_retried)


class Pair:
    """Two nodes side by side: one fails in every other call, when the other is at work."""

    times = 0
    is_at_work = False
    goes_on = False

    async def refuse(self, state: State) -> State:
        while not self.is_at_work:  # noqa: ASYNC110  # an event belongs to one loop
            await asyncio.sleep(0)
        self.times, self.is_at_work = self.times + 1, False
        if self.times % 2:
            raise ConnectionError("refused")
        self.goes_on = True
        return {"notes": ["refused nothing"]}

    async def wait(self, state: State) -> State:
        self.is_at_work = True
        while not self.goes_on:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
        self.goes_on = False
        return {"notes": ["waited"]}


_pair = Pair()
_beside = StateGraph(State)
_beside.add_node("refusing", _pair.refuse)
_beside.add_node("patient", _pair.wait)
_beside.add_edge(START, "refusing")
_beside.add_edge(START, "patient")
_cut_inside = StateGraph(State)
_cut_inside.add_node("team", _beside.compile(), retry_policy=_policy)
_cut_inside.add_edge(START, "team")
cut_inside = compiled(_cut_inside)


async def choose(state: State) -> str:
    """Ask a model which way to go, or fail after it answered."""
    said = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    answers: list[BaseMessage] = [AIMessage(state["topic"], usage_metadata=said)]
    answer = await FakeMessagesListChatModel(responses=answers).ainvoke("left or right?")
    if answer.content not in ("left", "right"):
        raise ValueError("no such way")
    return str(answer.content)


_routed = StateGraph(State)
for _name in ("left", "right"):
    _routed.add_node(_name, writer(_name))
_routed.add_conditional_edges(START, choose, ["left", "right"])
routed = compiled(_routed)
_outer = StateGraph(State)
_outer.add_node("team", _routed.compile())
_outer.add_edge(START, "team")
routed_inside = compiled(_outer)

_INNER = chain(work).compile()


async def gather(state: State) -> State:
    """Two runs of a sub-graph that wait for one another, then a third."""
    await asyncio.gather(*[_INNER.ainvoke({"topic": item}) for item in state["items"]])
    await _INNER.ainvoke({"topic": "z"})
    return {"notes": ["gathered"]}


gathered = compiled(chain(gather))

_deep = chain(writer("one"), writer("two")).compile(checkpointer=True)
_mid = StateGraph(State)
_mid.add_sequence([("deep", _deep), ("after", writer("after"))])
_mid.add_edge(START, "deep")
_stateful = StateGraph(State)
_stateful.add_node("team", _mid.compile(checkpointer=True))
_stateful.add_node("solo", chain(writer("one")).compile(checkpointer=True))
_stateful.add_node("end", writer("end"))
for _name in ("team", "solo"):
    _stateful.add_edge(START, _name)
_stateful.add_edge(["team", "solo"], "end")
stateful = compiled(_stateful)

_named = StateGraph(State)
for _name in ("a", "a#2", "a[0]", "x/y"):
    _named.add_node(_name, writer("it"))
    _named.add_edge(START, _name)
_named.add_node("x", chain(writer("y")).compile())
_named.add_edge(START, "x")
_named.add_conditional_edges("a#2", lambda _: [Send("a", {}), Send("a", {})], ["a"])
named = compiled(_named)


def at_the_same_time(name: str, *, wins: bool) -> Node:
    async def race(state: State) -> State:
        await (asyncio.sleep(0.01) if wins else asyncio.Event().wait())
        return {"notes": [name]}

    race.__name__ = name
    return race


_race = StateGraph(State)
_branches = [Branch(at_the_same_time(name, wins=name == "quick")) for name in ("slow", "quick")]
add_fan_out(_race, _branches, until=first(), join=writer("finish"))
race = compiled(_race)


class Listing(TypedDict, total=False):
    """What is to become of each item: `ok`, `fail`, `slow` or `inner`, which runs a sub-graph."""

    items: list[str]
    rows: Annotated[list[str], by_item]
    answer: list[str]


class Word(TypedDict):
    word: str


async def study(given: Word) -> dict[str, Any]:
    if given["word"] == "fail":
        raise ConnectionError("x")
    if given["word"] == "slow":
        await asyncio.sleep(0.02)
    if given["word"] == "inner":
        await _INNER.ainvoke({"topic": "t"})
    return {"rows": given["word"]}


async def collect(state: Listing) -> Listing:
    return {"answer": state["rows"]}


_listed = StateGraph(Listing)
add_fan_out(
    _listed,
    Branch(study, required=False),
    over=lambda state: [{"word": word} for word in state["items"]],
    label=lambda given: given["word"].title(),
    join=collect,
    max_at_once=2,
)
listed = compiled(_listed)


async def one_of(given: Word) -> dict[str, Any]:
    await (asyncio.sleep(0.02) if given["word"] == "quick" else asyncio.Event().wait())
    return {"rows": given["word"]}


_first_item = StateGraph(Listing)
add_fan_out(
    _first_item,
    Branch(one_of, required=False),
    over=lambda state: [{"word": word} for word in state["items"]],
    until=first(),
    join=collect,
    max_at_once=2,
)
first_item = compiled(_first_item)
