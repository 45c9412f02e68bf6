"""Which run begins next: fair over owners, and never more than the limits."""

import asyncio
from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.work.slots import Limits, Slots, Turn

pytestmark = pytest.mark.anyio


class Waiters:
    """Asks for slots and notes who begins."""

    def __init__(self, limits: Limits) -> None:
        self.slots = Slots(limits)
        self.started: list[str] = []
        self.working: list[Turn] = []

    def ask(self, owner: str, name: str | None = None, graph_id: str = "g") -> Turn:
        turn = Turn(owner, graph_id, self.slots.tag(owner), lambda: None)
        turn.begin = partial(self._begin, turn, name or owner)
        self.slots.wait(turn)
        return turn

    def _begin(self, turn: Turn, name: str) -> None:
        self.started.append(name)
        self.working.append(turn)

    def end_one(self) -> None:
        self.slots.leave(self.working.pop(0))

    def end_all(self) -> None:
        while self.working:
            self.end_one()


def test_runs_of_one_owner_begin_in_the_order_in_which_they_came() -> None:
    waiters = Waiters(Limits(1))

    for number in range(5):
        waiters.ask("me", str(number))
    waiters.end_all()

    assert waiters.started == ["0", "1", "2", "3", "4"]


def test_owner_with_many_runs_delays_another_by_one() -> None:
    waiters = Waiters(Limits(1))
    for _ in range(1000):
        waiters.ask("greedy")

    waiters.ask("modest")
    waiters.end_one()
    waiters.end_one()

    assert "modest" in waiters.started[:3]


def test_owners_take_turns() -> None:
    waiters = Waiters(Limits(1))
    for owner in ("first", "a", "b", "c"):
        for _ in range(3 if owner != "first" else 1):
            waiters.ask(owner)

    waiters.end_all()

    assert waiters.started == ["first", *["a", "b", "c"] * 3]


def test_owner_who_was_away_gets_no_turns_in_advance() -> None:
    waiters = Waiters(Limits(1))
    for _ in range(50):
        waiters.ask("present")
    for _ in range(40):
        waiters.end_one()

    for _ in range(5):
        waiters.ask("back")
    waiters.end_all()

    after = waiters.started[41:51]
    assert Counter(after) == {"present": 5, "back": 5}


def test_owner_at_its_limit_holds_nobody_up() -> None:
    waiters = Waiters(Limits(3, per_owner=1))

    for owner in ("a", "a", "a", "b", "c"):
        waiters.ask(owner)

    assert waiters.started == ["a", "b", "c"]
    waiters.end_one()
    assert waiters.started == ["a", "b", "c", "a"]


def test_graph_at_its_limit_holds_no_other_up() -> None:
    waiters = Waiters(Limits(3, per_graph=1))

    for name, graph_id in (("1", "slow"), ("2", "slow"), ("3", "quick")):
        waiters.ask("me", name, graph_id)

    assert waiters.started == ["1", "3"]
    waiters.end_one()
    assert waiters.started == ["1", "3", "2"]


def test_run_that_waits_no_more_is_passed_over() -> None:
    waiters = Waiters(Limits(1))
    waiters.ask("me", "first")
    waiters.ask("me", "gone").is_withdrawn = True
    waiters.ask("me", "last")

    waiters.end_all()

    assert waiters.started == ["first", "last"]


async def test_slot_is_given_back_by_who_is_cancelled_while_waiting() -> None:
    slots = Slots(Limits(1))
    entered: list[str] = []

    async def hold(name: str, until: asyncio.Event) -> None:
        async with slots.slot("me", "g"):
            entered.append(name)
            await until.wait()

    ends = asyncio.Event()
    first = asyncio.create_task(hold("first", ends))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(hold("waiting", ends))
    await asyncio.sleep(0)
    waiting.cancel()
    last = asyncio.create_task(hold("last", ends))
    await asyncio.sleep(0)
    ends.set()
    await asyncio.gather(first, waiting, last, return_exceptions=True)

    assert entered == ["first", "last"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=40),
    st.integers(1, 4),
    st.none() | st.integers(1, 2),
    st.none() | st.integers(1, 2),
)
def test_every_run_begins_once_and_no_limit_is_passed(
    runs: list[tuple[str, str]], in_all: int, per_owner: int | None, per_graph: int | None
) -> None:
    waiters = Waiters(Limits(in_all, per_owner, per_graph))

    for number, (owner, graph_id) in enumerate(runs):
        waiters.ask(owner, str(number), graph_id)
        if number % 3 == 2 and waiters.working:
            waiters.end_one()
        _check(waiters, in_all, per_owner, per_graph)
    while waiters.working:
        waiters.end_one()
        _check(waiters, in_all, per_owner, per_graph)

    assert sorted(map(int, waiters.started)) == list(range(len(runs)))


def _check(waiters: Waiters, in_all: int, per_owner: int | None, per_graph: int | None) -> None:
    owners = Counter(turn.owner for turn in waiters.working)
    graphs = Counter(turn.graph_id for turn in waiters.working)
    assert len(waiters.working) <= in_all
    assert max(owners.values(), default=0) <= (per_owner or in_all)
    assert max(graphs.values(), default=0) <= (per_graph or in_all)
