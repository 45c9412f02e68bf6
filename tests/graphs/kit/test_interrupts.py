"""A branch that asks a person: siblings finish, the answer resumes that branch alone."""

from collections import Counter
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from graphs.kit import Branch, add_fan_out
from tests.graphs.kit.small_graphs import THREAD, Graph, State, fan_out_of, join

pytestmark = pytest.mark.anyio


class Desk:
    """Counts what ran, and asks."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()

    async def ask(self, state: State) -> State:
        self.ran["ask"] += 1
        return {"results": {"ask": interrupt(state["text"])}}

    async def ask_then_break_once(self, _: State) -> State:
        self.ran["ask"] += 1
        answer = interrupt("which tide?")
        self.ran["answered"] += 1
        if self.ran["answered"] == 1:
            raise ConnectionError
        return {"results": {"ask": answer}}

    async def break_then_ask(self, _: State) -> State:
        self.ran["ask"] += 1
        if self.ran["ask"] % 2:
            raise ConnectionError
        return {"results": {"ask": interrupt("which tide?")}}

    async def sibling(self, _: State) -> State:
        self.ran["sibling"] += 1
        return {"results": {"sibling": "done"}}

    async def join(self, state: State) -> State:
        self.ran["join"] += 1
        return await join(state)

    def graph(self, ask: Any, **policy: Any) -> Graph:
        return fan_out_of(
            Branch(ask, name="ask", **policy),
            Branch(self.sibling),
            join=self.join,
            saver=InMemorySaver(),
            fail_fast=True,
        )


async def test_siblings_finish_and_the_answer_resumes_only_the_branch_that_asked() -> None:
    desk = Desk()
    graph = desk.graph(desk.ask)

    paused = await graph.ainvoke({"text": "which tide?"}, THREAD)
    assert [question.value for question in paused["__interrupt__"]] == ["which tide?"]
    assert desk.ran == {"ask": 1, "sibling": 1}

    state = await graph.ainvoke(Command(resume="neap"), THREAD)

    assert state["seen"] == {"ask": "neap", "sibling": "done"}
    assert desk.ran == {"ask": 2, "sibling": 1, "join": 1}


async def test_a_failed_attempt_after_the_answer_does_not_ask_again() -> None:
    desk = Desk()
    graph = desk.graph(desk.ask_then_break_once, attempts=2)

    await graph.ainvoke({"text": "which tide?"}, THREAD)
    state = await graph.ainvoke(Command(resume="neap"), THREAD)

    assert "__interrupt__" not in state
    assert state["seen"] == {"ask": "neap", "sibling": "done"}


async def test_a_question_of_a_second_attempt_is_answered_by_its_second_attempt() -> None:
    desk = Desk()
    graph = desk.graph(desk.break_then_ask, attempts=2)

    await graph.ainvoke({"text": "which tide?"}, THREAD)
    state = await graph.ainvoke(Command(resume="neap"), THREAD)

    assert state["seen"] == {"ask": "neap", "sibling": "done"}
    assert desk.ran["join"] == 1


def asking_sub_graph(desk: Desk) -> Graph:
    async def prepare(state: State) -> State:
        desk.ran["prepare"] += 1
        return state

    builder = StateGraph(State)
    builder.add_node("prepare", prepare)
    builder.add_node("ask", desk.ask)
    builder.add_edge(START, "prepare")
    builder.add_edge("prepare", "ask")
    return builder.compile(name="sub")


async def test_a_question_in_a_sub_graph_branch_resumes_inside_it() -> None:
    desk = Desk()
    graph = desk.graph(asking_sub_graph(desk), writes=["results"])

    paused = await graph.ainvoke({"text": "which tide?"}, THREAD)
    assert [question.value for question in paused["__interrupt__"]] == ["which tide?"]
    state = await graph.ainvoke(Command(resume="neap"), THREAD)

    assert state["seen"] == {"ask": "neap", "sibling": "done"}
    assert desk.ran == {"prepare": 1, "ask": 2, "sibling": 1, "join": 1}


async def test_a_question_in_a_fan_out_inside_a_branch_passes_both() -> None:
    desk = Desk()
    inner = StateGraph(State)
    add_fan_out(inner, [Branch(desk.ask), Branch(desk.sibling, name="cousin")], join=desk.join)
    graph = desk.graph(inner.compile(name="inner"), writes=["results"])

    await graph.ainvoke({"text": "which tide?"}, THREAD)
    state = await graph.ainvoke(Command(resume="neap"), THREAD)

    assert state["seen"]["ask"] == "neap"
    assert desk.ran == {"ask": 2, "sibling": 2, "join": 2}


async def test_two_branches_ask_and_each_gets_its_own_answer() -> None:
    desk = Desk()

    async def ask_too(_: State) -> State:
        return {"results": {"ask_too": interrupt("which moon?")}}

    graph = fan_out_of(Branch(desk.ask), Branch(ask_too), saver=InMemorySaver())
    paused = await graph.ainvoke({"text": "which tide?"}, THREAD)
    answers = {
        question.id: {"which tide?": "neap", "which moon?": "full"}[question.value]
        for question in paused["__interrupt__"]
    }

    state = await graph.ainvoke(Command(resume=answers), THREAD)

    assert state["seen"] == {"ask": "neap", "ask_too": "full"}
