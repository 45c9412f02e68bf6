"""Graphs in which several things fail, and one failure ends the run."""

import asyncio
import threading
from typing import Annotated, Any

from langgraph.cache.memory import InMemoryCache
from langgraph.errors import NodeError
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy, Send
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, decided, quorum


class Client:
    """What no checkpoint can hold."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def merge(old: Any, new: Any) -> Any:
    if new == "bad":
        raise KeyError("merge")
    return new


class State(TypedDict, total=False):
    topic: str
    parts: Annotated[dict[str, str], by_branch]
    merged: Annotated[Any, merge]
    plain: str
    client: Any


async def first_down(state: State) -> State:
    raise ConnectionError("first is down")


async def second_down(state: State) -> State:
    raise PermissionError("second: key revoked")


async def third_down(state: State) -> State:
    raise ValueError


async def well(state: State) -> State:
    return {"parts": {"well": "yes"}}


async def join(state: State) -> State:
    return {"plain": "joined"}


async def join_down(state: State) -> State:
    raise LookupError("the join has no entry")


async def grouped(state: State) -> State:
    async with asyncio.TaskGroup() as group:
        group.create_task(first_down(state))
    return {}


def builder(*nodes: Any) -> StateGraph[State]:
    """Return a graph whose nodes all start at once."""
    made: StateGraph[State] = StateGraph(State)
    for node in nodes:
        made.add_node(node)
        made.add_edge(START, node.__name__)
    return made


def fan_out(*branches: Branch, **options: Any) -> Any:
    made: StateGraph[State] = StateGraph(State)
    add_fan_out(made, branches, **{"join": join, **options})
    return made.compile(name="inner")


def alone(name: str, node: Any) -> Any:
    made: StateGraph[State] = StateGraph(State)
    made.add_node(name, node)
    made.add_edge(START, name)
    return made.compile()


plain = builder(first_down, second_down, third_down, well).compile()
task_group = builder(grouped, well).compile()

required_within_optional = fan_out(
    Branch(
        fan_out(Branch(first_down), Branch(well)), name="trip", required=False, writes=["parts"]
    ),
    Branch(well),
    join=join_down,
)
required_within_required = fan_out(
    Branch(fan_out(Branch(first_down), Branch(well)), name="trip", writes=["parts"]), Branch(well)
)
optional_then_join = fan_out(Branch(first_down, required=False), Branch(well), join=join_down)
two_required = fan_out(Branch(first_down), Branch(second_down), Branch(third_down, required=False))
no_quorum = fan_out(Branch(first_down), Branch(second_down), Branch(well), until=quorum(2))
within_node = alone("outer", fan_out(Branch(second_down), Branch(well)))


async def handle(state: State, error: NodeError) -> State:
    raise LookupError("the handler has no entry")


handled: StateGraph[State] = StateGraph(State)
handled.add_node("first_down", first_down, error_handler=handle)
handled.add_edge(START, "first_down")
handler = handled.compile()


async def slow(state: State) -> State:
    await asyncio.Event().wait()
    return {}


timed: StateGraph[State] = StateGraph(State)
timed.add_node("slow", slow, timeout=0.01)
timed.add_edge(START, "slow")
node_timeout = timed.compile()


async def write_bad(state: State) -> State:
    return {"merged": "bad"}


reducer = builder(write_bad).compile()


async def write_plain(state: State) -> State:
    return {"plain": "one"}


async def write_plain_too(state: State) -> State:
    return {"plain": "two"}


clash_within = alone("outer", builder(write_plain, write_plain_too).compile())


PLACES: dict[str, str] = {}


def pick(given: Any) -> Any:
    return PLACES["nowhere"]


async def pick_later(state: State) -> Any:
    return pick(state)


def routed(router: Any) -> Any:
    made = builder(write_plain)
    made.add_conditional_edges("write_plain", router, ["write_plain"])
    return made.compile()


router, async_router = routed(pick), routed(pick_later)
started: StateGraph[State] = StateGraph(State)
started.add_node(well)
started.add_conditional_edges(START, pick, ["well"])
router_of_start = started.compile()

retried: StateGraph[State] = StateGraph(State)
retried.add_node("first_down", first_down, retry_policy=RetryPolicy(retry_on=pick))
retried.add_edge(START, "first_down")
retry_on = retried.compile()

cached: StateGraph[State] = StateGraph(State)
cached.add_node("well", well, cache_policy=CachePolicy(key_func=pick))
cached.add_edge(START, "well")
cache_key = cached.compile(cache=InMemoryCache())


def pick_both(given: Any, update: Any) -> Any:
    return pick(given)


kit_choose = fan_out(Branch(well), choose=pick)
kit_decided = fan_out(Branch(well), until=decided(by=pick_both))
kit_retry_on = fan_out(Branch(first_down, attempts=2, retry_on=pick), Branch(well))
over: StateGraph[State] = StateGraph(State)
over.add_node(write_plain)
over.add_edge(START, "write_plain")
add_fan_out(over, Branch(well), over=pick, join=join, source="write_plain")
kit_over = over.compile()


async def connect(state: State) -> State:
    return {"client": Client(), "plain": "kept"}


async def use(state: State) -> State:
    return {"plain": "used"}


connects = builder(connect)
connects.add_node(use)
connects.add_edge("connect", "use")
unstorable = connects.compile()


async def send(state: State) -> State:
    return {"plain": "sent"}


def to_use(state: State) -> list[Send]:
    return [Send("use", {"client": Client()})]


sends = builder(send)
sends.add_node(use)
sends.add_conditional_edges("send", to_use, ["use"])
unstorable_send = sends.compile()
