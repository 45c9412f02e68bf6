"""`over=`: one branch per item of a list, so many at once, results in item order."""

from typing import Annotated, Any, Literal

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from graphs.kit import (
    ALL,
    Branch,
    KitError,
    RequiredBranchFailed,
    add_fan_out,
    by_item,
    first,
    quorum,
)
from tests.graphs.kit.item_graphs import Listing, Word, close, graph_over, spell, words_of
from tests.graphs.kit.small_graphs import THREAD, fails, gates_of, returns, settle

pytestmark = pytest.mark.anyio


async def test_results_stand_in_item_order() -> None:
    words = [f"w{number}" for number in range(30)]

    state = await settle(graph_over(), {"words": words})

    assert state["seen"] == state["rows"] == [word.upper() for word in words]
    assert list(state["statuses"]) == [f"spell[{number}]" for number in range(30)]


async def test_one_failed_item_fails_the_run_and_is_named_unless_it_is_optional() -> None:
    words = ["a", "bad", "c"]

    with pytest.raises(RequiredBranchFailed, match=r"'spell\[1\]' .* cannot spell bad"):
        await settle(graph_over(), {"words": words})
    state = await settle(graph_over(policy={"required": False}), {"words": words})

    assert state["seen"] == ["A", "C"]
    assert state["statuses"] == {"spell[0]": "ok", "spell[1]": "failed", "spell[2]": "ok"}


@pytest.mark.parametrize("words", [[], None])
async def test_an_empty_list_runs_the_join_once_without_results(words: Any) -> None:
    graph = graph_over(saver=InMemorySaver())
    await settle(graph, {"words": ["a", "b"]}, THREAD)

    state = await settle(graph, {"words": words or []}, THREAD)

    assert state["seen"] == state["rows"] == []
    assert state["statuses"] == {}
    assert len(gates_of(graph, "close")) == 0


async def test_a_thread_used_again_shows_nothing_of_the_last_run() -> None:
    graph = graph_over(policy={"required": False}, saver=InMemorySaver())
    runs = [["a", "b", "c"], ["d"], ["bad", "bad"], ["bad"], [], ["e", "bad"]]

    seen = [(await settle(graph, {"words": words}, THREAD))["rows"] for words in runs]

    assert seen == [["A", "B", "C"], ["D"], [], [], [], ["E"]]


async def test_an_item_asks_a_person_and_resumes_alone() -> None:
    ran: list[str] = []

    async def ask(item: Word) -> dict[str, Any]:
        ran.append(item["word"])
        answer = interrupt("how?") if item["word"] == "b" else item["word"]
        return {"rows": answer}

    saver = InMemorySaver()
    paused = await settle(graph_over(ask, saver=saver), {"words": list("abc")}, THREAD)
    assert [question.value for question in paused["__interrupt__"]] == ["how?"]
    state = await settle(graph_over(ask, saver=saver), Command(resume="so"), THREAD)

    assert state["seen"] == ["a", "so", "c"]
    assert sorted(ran) == ["a", "b", "b", "c"]


async def test_each_turn_of_a_loop_has_its_own_items() -> None:
    async def turn(state: Listing) -> Command[Literal["begin", "__end__"]]:
        rows = list(state["rows"])
        goto: Literal["begin", "__end__"] = "begin" if rows else "__end__"
        return Command(update={"history": [rows], "words": state["words"][1:]}, goto=goto)

    builder = StateGraph(Listing)
    builder.add_node("begin", returns("begin", {}))
    builder.add_edge(START, "begin")
    add_fan_out(builder, Branch(spell), over=words_of, join=turn, source="begin", target=None)

    state = await settle(builder.compile(), {"words": ["a", "b"]})

    assert state["history"] == [["A", "B"], ["B"], []]


async def test_after_a_fan_out_and_beside_another_of_its_kind() -> None:
    async def shout(item: Word) -> dict[str, Any]:
        return {"extra": {item["word"]: "!"}}

    builder = StateGraph(Listing)
    plan = returns("plan", {"words": ["a", "b"]})
    add_fan_out(builder, [Branch(plan)], join=returns("planned", {}), target=None)
    add_fan_out(builder, Branch(spell), over=words_of, join=close, source="planned")
    done = returns("done", {})
    add_fan_out(builder, Branch(shout), over=words_of, join=done, source="planned")

    state = await settle(builder.compile(), {})

    assert state["seen"] == ["A", "B"]
    assert state["extra"] == {"a": "!", "b": "!"}


class Essay(TypedDict, total=False):
    """What the sub-graph of one item works on."""

    word: str
    words: list[str]
    rows: Annotated[list[str], by_item]
    text: str


class Text(TypedDict, total=False):
    """What it gives back."""

    rows: Annotated[list[str], by_item]


async def test_an_item_may_be_a_sub_graph_with_items_of_its_own() -> None:
    def letters_of(state: Essay) -> list[Word]:
        return [{"word": letter} for letter in state["word"]]

    inner = StateGraph(Essay, output_schema=Text)
    add_fan_out(inner, Branch(spell), over=letters_of, join=returns("inner_close", {}))
    graph = graph_over(inner.compile(name="inner"))

    state = await settle(graph, {"words": ["ab", "cde"]})

    assert state["seen"] == [["A", "B"], ["C", "D", "E"]]


async def test_keys_tell_items_apart_and_are_the_same_in_every_run() -> None:
    def letters_of(state: Essay) -> list[Word]:
        return [{"word": letter} for letter in state["word"]]

    inner = StateGraph(Essay, output_schema=Text)
    add_fan_out(inner, Branch(spell, name="letter"), over=letters_of, join=returns("end", {}))
    sub = inner.compile()

    async def calls(item: Word) -> dict[str, Any]:
        return {"rows": "".join((await sub.ainvoke({"word": item["word"]}))["rows"])}

    async def keys() -> list[str]:
        stream: Any = graph_over(calls).astream(
            {"words": ["ab", "cd"]}, stream_mode="custom", subgraphs=True
        )
        return sorted([e["key"] async for _, e in stream if e["event"] == "fanjoin.outcome"])

    first_run = await keys()

    assert len(set(first_run)) == 6
    assert await keys() == first_run


async def test_items_that_settled_are_reused() -> None:
    ran: list[str] = []

    async def work(item: Word) -> dict[str, Any]:
        ran.append(item["word"])
        return {"rows": item["word"]}

    graph = graph_over(work)
    stream: Any = graph.astream({"words": ["a", "b"]}, stream_mode="custom")
    keys = {e["branch"]: e["key"] async for e in stream if e["event"] == "fanjoin.outcome"}
    ran.clear()
    reuse = {keys["spell[0]"]: {"rows": "kept"}}
    state = await settle(
        graph, {"words": ["a", "b"]}, {"configurable": {"fanjoin": {"reuse": reuse}}}
    )

    assert state["seen"] == ["kept", "b"]
    assert ran == ["b"]


async def test_an_item_that_writes_a_key_without_reducer_is_told_the_mend() -> None:
    with pytest.raises(RequiredBranchFailed, match=r"declare it Annotated\[list\[…\], by_item\]"):
        await settle(graph_over(returns("spell", {"seen": []})), {"words": ["a"]})


def test_branch_and_join_are_drawn() -> None:
    edges = {(edge.source, edge.target) for edge in graph_over().get_graph().edges}

    assert edges == {("__start__", "spell"), ("spell", "close"), ("close", "__end__")}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_at_once": 0}, "max_at_once=0 must be at least 1"),
        ({"min_items": 5, "max_items": 4}, "min_items=5 must be between 0 and max_items=4"),
        ({"until": quorum(5), "max_items": 4}, "can never be met by 4 branches"),
        ({"until": first(), "policy": {"required": True}}, "say until=ALL instead"),
        ({"choose": lambda _: []}, "choose= and over= exclude each other"),
        ({"over": spell}, "is asynchronous: make it a plain function"),
        ({"policy": {"fallback": {"seen": []}}}, "which has no reducer"),
    ],
)
def test_what_cannot_work_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(KitError, match=message):
        graph_over(**options)


def test_over_wants_one_branch_and_a_list_wants_none() -> None:
    add: Any = add_fan_out

    with pytest.raises(KitError, match="a list of branches, or one Branch with over="):
        add(StateGraph(Listing), [Branch(spell)], over=words_of, join=close)
    with pytest.raises(KitError, match="a list of branches, or one Branch with over="):
        add(StateGraph(Listing), Branch(spell), join=close)


async def test_a_task_without_an_item_says_so() -> None:
    builder = StateGraph(Listing)
    add_fan_out(builder, Branch(fails("spell")), over=words_of, join=close, until=ALL)
    builder.add_edge(START, "spell")

    with pytest.raises(KitError, match="only its fan-out leads to it"):
        await builder.compile().ainvoke({"words": []})
