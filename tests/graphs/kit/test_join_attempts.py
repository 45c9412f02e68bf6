"""A join that fails by itself may be tried again; its verdict on the round is final."""

from collections.abc import Awaitable, Callable

import pytest

from graphs.kit import Branch, KitError, RequiredBranchFailed
from tests.graphs.kit.small_graphs import State, fails, fan_out_of, join, succeeds

pytestmark = pytest.mark.anyio


def join_that_fails(
    error: Exception, *, times: int
) -> tuple[Callable[[State], Awaitable[State]], list[int]]:
    calls: list[int] = []

    async def join_at_last(state: State) -> State:
        calls.append(len(calls) + 1)
        if len(calls) <= times:
            raise error
        return await join(state)

    return join_at_last, calls


async def test_join_is_tried_again_after_a_passing_error_with_the_same_results() -> None:
    joining, calls = join_that_fails(ConnectionError("hung up"), times=1)
    graph = fan_out_of(Branch(succeeds("a")), join=joining, join_attempts=2)

    state = await graph.ainvoke({"text": "t"})

    assert calls == [1, 2]
    assert state["results"] == {"a": "t"}


async def test_join_is_given_up_after_its_last_attempt() -> None:
    joining, calls = join_that_fails(ConnectionError("hung up"), times=9)
    graph = fan_out_of(Branch(succeeds("a")), join=joining, join_attempts=2)

    with pytest.raises(ConnectionError, match="hung up"):
        await graph.ainvoke({"text": "t"})

    assert calls == [1, 2]


@pytest.mark.parametrize("error", [TypeError("a mistake"), KeyError("gone")])
async def test_a_mistake_of_the_join_is_not_made_again(error: Exception) -> None:
    joining, calls = join_that_fails(error, times=9)
    graph = fan_out_of(Branch(succeeds("a")), join=joining, join_attempts=3)

    with pytest.raises(type(error)):
        await graph.ainvoke({"text": "t"})

    assert calls == [1]


async def test_the_verdict_on_a_round_is_not_tried_again() -> None:
    joining, calls = join_that_fails(ConnectionError(), times=0)
    graph = fan_out_of(Branch(fails("a")), join=joining, join_attempts=3)

    with pytest.raises(RequiredBranchFailed):
        await graph.ainvoke({"text": "t"})

    assert calls == []


async def test_fewer_attempts_than_one_are_refused() -> None:
    with pytest.raises(KitError, match="join_attempts=0"):
        fan_out_of(Branch(succeeds("a")), join_attempts=0)
