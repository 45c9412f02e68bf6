"""Conditions where a branch waits for a person, and the process restarts meanwhile."""

import asyncio
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from graphs.kit import Branch, QuorumNotMet, deadline, quorum
from graphs.kit.policy.conditions import Condition
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    fails,
    fan_out_of,
    join,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio

NEVER = 60.0
"""Seconds that no test waits for."""


class Desk:
    """Three branches, one of which asks a person, and a join that counts itself."""

    def __init__(self, saver: BaseCheckpointSaver[Any]) -> None:
        self.saver = saver
        self.joins = 0

    async def ask(self, state: State) -> State:
        return {"results": {"ask": interrupt(state["text"])}}

    async def join(self, state: State) -> State:
        self.joins += 1
        return await join(state)

    def graph(self, until: Condition, **branch: Any) -> Graph:
        """A graph as a new process would build it: nothing but the saver is shared."""
        branches = [Branch(self.ask, **branch), Branch(succeeds("a")), Branch(fails("b"))]
        return fan_out_of(*branches, until=until, join=self.join, saver=self.saver)


@pytest.mark.parametrize("until", [quorum(2), deadline(seconds=NEVER)])
async def test_a_restart_between_question_and_answer_changes_no_verdict(until: Condition) -> None:
    desk = Desk(InMemorySaver())

    paused = await settle(desk.graph(until), {"text": "which tide?"}, THREAD)
    assert [question.value for question in paused["__interrupt__"]] == ["which tide?"]
    state = await settle(desk.graph(until), Command(resume="neap"), THREAD)

    assert state["seen"] == {"ask": "neap", "a": "which tide?"}
    assert state["statuses"] == {"ask": "ok", "a": "ok", "b": "failed"}
    assert desk.joins == 1


async def test_a_quorum_missed_before_a_restart_is_still_missed_after_it() -> None:
    desk = Desk(InMemorySaver())

    await settle(desk.graph(quorum(3)), {"text": "which tide?"}, THREAD)
    with pytest.raises(QuorumNotMet, match="2 of 3 branches have a result, and the quorum is 3"):
        await settle(desk.graph(quorum(3)), Command(resume="neap"), THREAD)

    assert desk.joins == 0


async def test_the_time_a_person_takes_is_not_the_branches() -> None:
    desk = Desk(InMemorySaver())
    until = deadline(seconds=0.2)

    await settle(desk.graph(until), {"text": "which tide?"}, THREAD)
    await asyncio.sleep(0.3)
    state = await settle(desk.graph(until), Command(resume="neap"), THREAD)

    assert state["seen"]["ask"] == "neap"
