"""The node a branch becomes: it tries, falls back, and always leaves an outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.runtime import Runtime

from graphs.kit.attempts import AttemptTimeout, run_attempts
from graphs.kit.branches import Branch
from graphs.kit.conditions import GateClosed, is_being_cancelled
from graphs.kit.nodes import call, injected_into
from graphs.kit.outcomes import BranchError, BranchOutcome, Status, describe
from graphs.kit.rounds import FanOut, round_of
from graphs.kit.writes import given_state, own_update, state_update

_SCRATCHPAD = "__pregel_scratchpad"
"""Where LangGraph keeps how many interrupts a task has met."""

BranchNode = Callable[[Any, RunnableConfig, Runtime[Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Settled:
    """How a branch ended and what it leaves."""

    status: Status
    update: Mapping[str, Any]
    error: BranchError | None = None


def branch_node(fan_out: FanOut, branch: Branch) -> BranchNode:
    """Wrap a branch's node so that its failure becomes an outcome instead of an exception."""
    node = branch.node  # LangGraph looks for sub-graphs among the variables `run` itself reads
    wanted = injected_into(node)
    policy = branch.attempt_policy
    fall_back = _fall_back_of(fan_out, branch)

    async def run(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
        place = round_of(runtime)
        given = given_state(fan_out, branch, state)
        attempts = 0

        def emit(event: str, **fields: Any) -> None:
            where = {"ns": place.ns, "branch": branch.name}
            runtime.stream_writer({"event": f"fanjoin.{event}", **where, **fields})

        async def attempt(number: int) -> Mapping[str, Any]:
            nonlocal attempts
            attempts = number
            emit("attempt", attempt=number)
            again = config if number == 1 else _from_first_interrupt(config)
            result = await call(node, wanted, given, again, runtime)
            return own_update(fan_out, branch, node, given, result)

        async def settle() -> Settled:
            try:
                return Settled(
                    "ok", await run_attempts(attempt, policy, deadline=_deadline_of(config))
                )
            except ParentCommand:
                return await fall_back(_steered(branch), given, config, runtime)
            except GraphBubbleUp:
                raise
            except asyncio.CancelledError as error:
                if is_being_cancelled():
                    raise
                return await fall_back(error, given, config, runtime)
            except Exception as error:  # noqa: BLE001  # the branch boundary
                return await fall_back(error, given, config, runtime)

        settled = await _run_gated(fan_out, branch, place.key, settle)
        outcome = BranchOutcome(
            status=settled.status,
            required=branch.required,
            attempts=attempts,
            error=settled.error,
        )
        emit("outcome", round=place.id, **outcome)
        return state_update(fan_out, branch, state, place.id, settled.update, outcome)

    return run


async def _run_gated(
    fan_out: FanOut,
    branch: Branch,
    key: Hashable,
    settle: Callable[[], Awaitable[Settled]],
) -> Settled:
    if not fan_out.fail_fast:
        return await settle()
    try:
        settled = await fan_out.gates.run(key, settle)
    except GateClosed:
        reason = BranchError(type="Cancelled", message="a required sibling failed (fail_fast)")
        return Settled("cancelled", {}, reason)
    if branch.required and settled.status in ("failed", "timeout"):
        fan_out.gates.close(key)
    return settled


FallBack = Callable[[BaseException, Any, RunnableConfig, Runtime[Any]], Awaitable[Settled]]


def _fall_back_of(fan_out: FanOut, branch: Branch) -> FallBack:
    """Return what settles a branch whose every attempt failed."""
    fallback = branch.fallback
    wanted = (
        frozenset[str]()
        if fallback is None or isinstance(fallback, Mapping)
        else injected_into(fallback)
    )

    async def fall_back(
        error: BaseException, given: Any, config: RunnableConfig, runtime: Runtime[Any]
    ) -> Settled:
        status: Status = "timeout" if isinstance(error, AttemptTimeout) else "failed"
        if fallback is None:
            return Settled(status, {}, describe(error))
        if isinstance(fallback, Mapping):
            return Settled("degraded", fallback, describe(error))
        try:
            result = await call(fallback, wanted, given, config, runtime)
            update = own_update(fan_out, branch, fallback, given, result)
        except GraphBubbleUp:
            raise
        except Exception as second:  # noqa: BLE001  # the branch boundary
            return Settled(status, {}, describe(error, second))
        return Settled("degraded", update, describe(error))

    return fall_back


def _deadline_of(config: RunnableConfig) -> float | None:
    """Return when the request wants its answer, in epoch seconds."""
    request: Mapping[str, float] = config["configurable"].get("fanjoin") or {}
    return request.get("deadline")


def _steered(branch: Branch) -> TypeError:
    return TypeError(
        f"branch {branch.name!r} sent a Command to its parent: a branch steers nothing"
    )


def _from_first_interrupt(config: RunnableConfig) -> RunnableConfig:
    """Let a further attempt's interrupts count from the first again, as LangGraph's own retries do.

    Without it the question a person has answered before the failure would be asked again.
    """
    scratchpad = config["configurable"].get(_SCRATCHPAD)
    if scratchpad is None:
        return config
    fresh = replace(scratchpad, interrupt_counter=type(scratchpad.interrupt_counter)())
    again: RunnableConfig = {
        **config,
        "configurable": {**config["configurable"], _SCRATCHPAD: fresh},
    }
    var_child_runnable_config.set(again)
    return again
