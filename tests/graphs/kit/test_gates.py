"""Gates: fail_fast really ends the siblings, and nothing is left behind."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import interrupt

from graphs.kit import Branch, RequiredBranchFailed
from graphs.kit.policy.conditions import ALL, Tally
from graphs.kit.round.gates import Closing, Gate, GateClosed, Gates
from tests.graphs.kit.small_graphs import THREAD, State, fails, fan_out_of, gates_of, succeeds

pytestmark = pytest.mark.anyio


class Worker:
    """A branch that waits long and tells how it ended."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.has_started = asyncio.Event()

    async def wait(self, _: State) -> State:
        self.has_started.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        return {}


async def test_fail_fast_ends_the_siblings_at_once_and_really() -> None:
    worker = Worker()
    graph = fan_out_of(Branch(worker.wait), Branch(fails("bad", seconds=0.01)), fail_fast=True)

    async with asyncio.timeout(5):
        with pytest.raises(RequiredBranchFailed, match="'bad' ended as failed"):
            await graph.ainvoke({})

    assert worker.ends == ["cancelled"]


async def test_fail_fast_ends_a_wait_between_attempts() -> None:
    busy = Branch(fails("busy", ConnectionError()), attempts=99)
    graph = fan_out_of(busy, Branch(fails("bad", seconds=0.05)), fail_fast=True)

    async with asyncio.timeout(5):
        with pytest.raises(RequiredBranchFailed) as caught:
            await graph.ainvoke({})

    assert caught.value.outcomes["busy"]["status"] == "cancelled"


async def test_fail_fast_waits_for_the_fallback_and_spares_the_optional() -> None:
    graph = fan_out_of(
        Branch(succeeds("slow", seconds=0.05)),
        Branch(fails("mended"), fallback=succeeds("instead")),
        Branch(fails("optional"), required=False),
        fail_fast=True,
    )

    state = await graph.ainvoke({"text": "t"})

    assert state["statuses"] == {"slow": "ok", "mended": "degraded", "optional": "failed"}


async def test_fail_fast_keeps_a_branch_from_beginning() -> None:
    worker = Worker()
    graph = fan_out_of(Branch(fails("bad")), Branch(worker.wait), fail_fast=True)

    with pytest.raises(RequiredBranchFailed):
        await graph.ainvoke({}, {"max_concurrency": 1})

    assert not worker.has_started.is_set()


async def test_without_fail_fast_the_siblings_settle_first() -> None:
    finished: list[str] = []

    async def slow(_: State) -> None:
        await asyncio.sleep(0.05)
        finished.append("slow")

    with pytest.raises(RequiredBranchFailed):
        await fan_out_of(Branch(fails("bad")), Branch(slow)).ainvoke({})

    assert finished == ["slow"]


@pytest.mark.parametrize("fail_fast", [True, False])
async def test_cancelling_a_run_ends_every_branch_and_leaves_no_task(fail_fast: bool) -> None:
    before = asyncio.all_tasks()
    workers = [Worker() for _ in range(3)]
    branches = [Branch(worker.wait, name=f"b{i}") for i, worker in enumerate(workers)]
    graph = fan_out_of(*branches, fail_fast=fail_fast)
    run = asyncio.create_task(_invoke(graph))
    await asyncio.gather(*(worker.has_started.wait() for worker in workers))

    run.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await run

    assert [worker.ends for worker in workers] == [["cancelled"]] * 3
    assert asyncio.all_tasks() == before


async def _invoke(graph: Any) -> Any:
    return await graph.ainvoke({}, THREAD)


async def ask(_: State) -> State:
    return {"summary": interrupt("well?")}


@pytest.mark.parametrize(
    "branches",
    [
        pytest.param([Branch(succeeds("a")), Branch(succeeds("b"))], id="success"),
        pytest.param([Branch(succeeds("a")), Branch(fails("b"))], id="failure"),
        pytest.param([Branch(fails("a")), Branch(succeeds("b", seconds=9))], id="fail fast"),
        pytest.param([Branch(ask), Branch(succeeds("b", seconds=0.01))], id="interrupt"),
        pytest.param([Branch(ask), Branch(fails("b", seconds=0.01))], id="interrupt, then failure"),
    ],
)
async def test_no_gate_outlives_its_round(branches: list[Branch]) -> None:
    graph = fan_out_of(*branches, fail_fast=True, saver=InMemorySaver())

    with suppress(RequiredBranchFailed):
        await graph.ainvoke({"text": "t"}, THREAD)

    assert len(gates_of(graph)) == 0


async def test_no_gate_outlives_a_cancelled_run() -> None:
    worker = Worker()
    graph = fan_out_of(Branch(worker.wait), Branch(succeeds("b")), fail_fast=True)
    run = asyncio.create_task(_invoke(graph))
    await worker.has_started.wait()
    assert len(gates_of(graph)) == 1

    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert len(gates_of(graph)) == 0


CLOSING = Closing("cancelled", {"type": "Cancelled", "message": "enough"})


def gate() -> Gate:
    return Gate(ALL, Tally(expected=2))


async def test_a_closed_gate_lets_nobody_in() -> None:
    closed = gate()
    closed.close(CLOSING)

    with pytest.raises(GateClosed, match="enough"):
        await closed.run(lambda: asyncio.sleep(0))


async def test_a_gate_takes_back_the_cancellation_it_asked_for() -> None:
    closing = gate()
    asyncio.get_running_loop().call_soon(closing.close, CLOSING)

    with pytest.raises(GateClosed):
        await closing.run(lambda: asyncio.sleep(30))

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_gate_lets_the_cancellation_of_others_pass() -> None:
    closing = gate()
    task = asyncio.create_task(closing.run(lambda: asyncio.sleep(30)))
    await asyncio.sleep(0)

    closing.close(CLOSING)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_work_that_will_not_be_cancelled_keeps_its_result() -> None:
    closing = gate()

    async def stubborn() -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "done"
        return "slept"

    asyncio.get_running_loop().call_soon(closing.close, CLOSING)

    assert await closing.run(stubborn) == "done"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


def test_gates_whose_join_never_came_are_bounded() -> None:
    gates = Gates()

    for number in range(3_000):
        gates.add(number, gate())

    assert len(gates) <= 1_024
