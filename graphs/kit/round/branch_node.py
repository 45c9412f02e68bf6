"""The node a branch becomes: it tries, falls back, and always leaves an outcome."""

from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from graphs.kit.policy.branches import Branch
from graphs.kit.round.branch_task import BranchResult, BranchTask, BranchWork
from graphs.kit.round.gates import Gate, GateClosed
from graphs.kit.round.members import member_of
from graphs.kit.round.reuse_keys import begin_branch
from graphs.kit.round.rounds import FanOut, round_of
from graphs.kit.round.writes import state_update
from graphs.kit.state.outcomes import BranchOutcome, has_result
from graphs.kit.wire import request_of

BranchNode = Callable[[Any, RunnableConfig, Runtime[Any]], Awaitable[dict[str, Any]]]


def branch_node(fan_out: FanOut, branch: Branch) -> BranchNode:
    """Wrap a branch's node so that its failure becomes an outcome instead of an exception."""
    node = branch.node
    work = BranchWork(fan_out, branch)

    async def run(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
        _ = node  # LangGraph looks for sub-graphs among the variables that `run` itself reads
        place, request = round_of(runtime), request_of(config)
        member = member_of(fan_out, branch, state)
        index = member.index if member.items else None
        key = begin_branch(config, place.ns, index, request.get("steps_made"))
        task = BranchTask(work, member, place, config, runtime, request, key)
        gate = fan_out.gate(place, state, request.get("deadline"), member.items)
        result = await (task.settle() if gate is None else _settle_behind(fan_out, gate, task))
        outcome = BranchOutcome(
            status=result.status,
            required=work.is_required,
            attempts=task.attempts,
            error=result.error,
        )
        if gate is not None and result.status != "skipped":
            is_good = has_result(outcome)
            decides = is_good and fan_out.until.decides(member.given, result.update)
            gate.settle(member.name, has_result=is_good, decides=decides)
        task.emit("outcome", round=place.id, key=key, **outcome)
        await task.remember(result)
        known = None if member.items == 0 else outcome
        return state_update(fan_out, branch, member, place.id, result.update, known)

    return run


async def _settle_behind(fan_out: FanOut, gate: Gate, task: BranchTask) -> BranchResult:
    is_chosen = gate.chosen is None or task.member.name in gate.chosen
    if not is_chosen or task.member.items == 0:
        return BranchResult("skipped", {})
    task.slots = gate.slots
    try:
        return await gate.run(task.settle)
    except GateClosed as closed:
        return task.cut_off(closed.closing)
    finally:
        fan_out.gates.tidy(task.place.key)
