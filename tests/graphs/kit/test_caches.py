"""`cache=`: only successes are kept, a hit is no attempt and counts, a request may pass it by."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.cache.base import FullKey
from langgraph.cache.memory import InMemoryCache
from langgraph.graph import StateGraph

from graphs.kit import Branch, BranchCache, KitError, add_fan_out, by_item, first
from tests.graphs.kit.small_graphs import (
    Graph,
    State,
    chain,
    fan_out_of,
    gates_of,
    join,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio

BYPASS: RunnableConfig = {"configurable": {"fanjoin": {"cache": "bypass"}}}


class Desk:
    """A branch that counts its runs, and answers differently each time."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()

    async def work(self, state: State) -> State:
        self.ran["work"] += 1
        if "work" in state.get("failing", []):
            raise RuntimeError
        return {"results": {"work": f"{state['text']} {self.ran['work']}"}}

    def graph(self, cache: BranchCache | None = None, **policy: Any) -> Graph:
        cache = cache or BranchCache(InMemoryCache())
        return fan_out_of(Branch(self.work, cache=cache, required=False, **policy))


async def test_a_hit_is_the_earlier_update_without_an_attempt() -> None:
    desk = Desk()
    graph = desk.graph()

    first_state = await settle(graph, {"text": "t"})
    events: list[Any] = [e async for e in graph.astream({"text": "t"}, stream_mode="custom")]
    second_state = await settle(graph, {"text": "t"})

    assert first_state["seen"] == second_state["seen"] == {"work": "t 1"}
    assert second_state["statuses"] == {"work": "cached"}
    assert [(e["event"], e["attempts"]) for e in events] == [("fanjoin.outcome", 0)]
    assert desk.ran["work"] == 1


async def test_another_input_is_another_key() -> None:
    desk = Desk()
    graph = desk.graph()

    await settle(graph, {"text": "t"})

    assert (await settle(graph, {"text": "u"}))["seen"] == {"work": "u 2"}


async def test_a_key_says_what_an_update_depends_on() -> None:
    desk = Desk()
    graph = desk.graph(BranchCache(InMemoryCache(), key=lambda state: state["text"][0]))

    await settle(graph, {"text": "tide"})

    assert (await settle(graph, {"text": "tub"}))["seen"] == {"work": "tide 1"}


@pytest.mark.parametrize("fallback", [None, {"results": {"work": "instead"}}])
async def test_neither_a_failure_nor_a_fallback_is_kept(fallback: Any) -> None:
    desk = Desk()
    graph = desk.graph(BranchCache(InMemoryCache(), key=lambda _: "same"), fallback=fallback)

    await settle(graph, {"text": "t", "failing": ["work"]})
    state = await settle(graph, {"text": "t"})

    assert state["statuses"] == {"work": "ok"}


async def test_a_bypass_does_not_read_and_still_writes() -> None:
    desk = Desk()
    graph = desk.graph()

    await settle(graph, {"text": "t"})
    assert (await settle(graph, {"text": "t"}, BYPASS))["seen"] == {"work": "t 2"}
    assert (await settle(graph, {"text": "t"}))["seen"] == {"work": "t 2"}


async def test_a_hit_meets_a_quorum() -> None:
    cache = BranchCache(InMemoryCache())
    await settle(fan_out_of(Branch(succeeds("a"), cache=cache)), {"text": "t"})
    slow = Branch(succeeds("slow", seconds=60))
    graph = fan_out_of(slow, Branch(succeeds("a", seconds=60), cache=cache), until=first())

    state = await settle(graph, {"text": "t"})

    assert state["statuses"] == {"slow": "cancelled", "a": "cached"}
    assert len(gates_of(graph)) == 0


async def test_branches_that_share_a_store_do_not_share_updates() -> None:
    cache = BranchCache(InMemoryCache())
    graph = fan_out_of(Branch(succeeds("a"), cache=cache), Branch(succeeds("b"), cache=cache))

    await settle(graph, {"text": "t"})

    assert (await settle(graph, {"text": "t"}))["seen"] == {"a": "t", "b": "t"}


async def test_a_sub_graphs_update_is_kept_cut_to_its_own() -> None:
    cache = BranchCache(InMemoryCache())
    graph = fan_out_of(Branch(chain("sub"), writes=["results"], cache=cache), Branch(succeeds("b")))

    await settle(graph, {"text": "t"})
    state = await settle(graph, {"text": "t"})

    assert state["seen"] == {"sub": "t", "b": "t"}
    assert state["statuses"] == {"sub": "cached", "b": "ok"}


async def test_an_items_key_is_the_item() -> None:
    ran: list[int] = []

    class Rows(State, total=False):
        numbers: list[int]
        rows: Annotated[list[int], by_item]

    async def square(number: int) -> dict[str, int]:
        ran.append(number)
        return {"rows": number * number}

    builder = StateGraph(Rows)
    branch = Branch(square, cache=BranchCache(InMemoryCache()))
    add_fan_out(builder, branch, over=lambda state: state["numbers"], join=join)
    graph = builder.compile()

    await settle(graph, {"numbers": [1, 2]})
    state = await settle(graph, {"numbers": [2, 3, 1]})

    assert state["rows"] == [4, 9, 1]
    assert ran == [1, 2, 3]


class Recording(InMemoryCache[Any]):
    """A store that shows what is put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.stored: list[tuple[Any, int | None]] = []

    async def aset(self, keys: Mapping[FullKey, tuple[Any, int | None]]) -> None:
        self.stored.extend(keys.values())
        await super().aset(keys)


async def test_what_is_kept_is_plain_json_without_tags_for_so_many_seconds() -> None:
    store = Recording()

    await settle(Desk().graph(BranchCache(store, ttl=60)), {"text": "t"})

    assert store.stored == [({"results": {"work": "t 1"}}, 60)]
    assert json.dumps(store.stored[0][0])


class Broken(InMemoryCache[Any]):
    """A store whose server is gone."""

    async def aget(self, keys: Sequence[FullKey]) -> dict[FullKey, Any]:
        raise ConnectionError

    async def aset(self, keys: Mapping[FullKey, tuple[Any, int | None]]) -> None:
        raise ConnectionError


async def test_a_broken_cache_is_no_cache(caplog: pytest.LogCaptureFixture) -> None:
    state = await settle(Desk().graph(BranchCache(Broken())), {"text": "t"})

    assert state["statuses"] == {"work": "ok"}
    assert [record.message for record in caplog.records] == ["cache not read", "cache not written"]


@pytest.mark.parametrize("ttl", [0, -1])
def test_a_life_of_nothing_is_refused(ttl: int) -> None:
    with pytest.raises(KitError, match="must be above 0 seconds"):
        BranchCache(InMemoryCache(), ttl=ttl)


def test_a_cached_branch_says_so() -> None:
    metadata = Desk().graph().builder.nodes["work"].metadata

    assert metadata is not None
    assert metadata["fanjoin"]["has_cache"] is True
