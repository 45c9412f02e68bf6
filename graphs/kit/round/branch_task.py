"""One branch at work in one round: its attempts, and what stands in when they all fail."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.runtime import Runtime

from graphs.kit.policy.attempts import AttemptTimeout, run_attempts
from graphs.kit.policy.branches import Branch
from graphs.kit.policy.nodes import Node, call, injected_into
from graphs.kit.round.gates import Closing, is_being_cancelled
from graphs.kit.round.members import Member
from graphs.kit.round.reuse_keys import SCRATCHPAD
from graphs.kit.round.rounds import FanOut, RoundPlace
from graphs.kit.round.slots import Slot
from graphs.kit.round.writes import known_update, own_update
from graphs.kit.state.outcomes import BranchError, Status, describe
from graphs.kit.wire import Request

logger = logging.getLogger(__name__)

_CACHE_PATIENCE = 2.0
"""Seconds for which a cache may keep a branch waiting."""


_NOT_OF_A_BRANCH = (KeyboardInterrupt, GeneratorExit)
"""They may be meant for the process, or for the coroutine that is closed."""


@dataclass(frozen=True)
class BranchResult:
    """How a branch ended, and the state update it leaves."""

    status: Status
    update: Mapping[str, Any]
    error: BranchError | None = None


class BranchWork:
    """A branch of a fan-out, with what is found out once and used in every round."""

    def __init__(self, fan_out: FanOut, branch: Branch) -> None:
        self.fan_out = fan_out
        self.branch = branch
        self.policy = branch.attempt_policy
        self.is_required = fan_out.requires(branch)
        self.owner = (getattr(branch.node, "__module__", ""), fan_out.name, branch.name)
        self._wanted = {id(branch.node): injected_into(branch.node)}
        if branch.fallback is not None and not isinstance(branch.fallback, Mapping):
            self._wanted[id(branch.fallback)] = injected_into(branch.fallback)

    def checked(self, update: Any) -> dict[str, Any]:
        """Return an update that a branch left earlier; raise TypeError when it is none."""
        return known_update(self.fan_out, self.branch, update)

    async def call(self, node: Node, given: Any, task: "BranchTask") -> dict[str, Any]:
        """Return the state update that the branch's node, or its fallback, makes."""
        result = await call(node, self._wanted[id(node)], given, task.config, task.runtime)
        return own_update(self.fan_out, self.branch, node, given, result)


@dataclass
class BranchTask:
    """One execution of a branch; `attempts` counts those that have begun."""

    work: BranchWork
    member: Member
    place: RoundPlace
    config: RunnableConfig
    runtime: Runtime[Any]
    request: Request
    key: str
    slots: asyncio.Semaphore | None = None
    attempts: int = 0

    def emit(self, event: str, **fields: Any) -> None:
        """Tell whoever follows the run what happens here."""
        where = {"ns": self.place.ns, "branch": self.member.name, "at": time.monotonic()}
        self.runtime.stream_writer({"event": f"fanjoin.{event}", **where, **fields})

    async def settle(self) -> BranchResult:
        """Try, fall back, and say how it ended; only interrupts and cancellation pass through.

        What an earlier run settled, or a cache holds, is left as it was, without an attempt.
        """
        deadline = self.request.get("deadline")
        try:
            if (known := await self._recall()) is not None:
                return BranchResult("cached", known)
            update = await run_attempts(
                self._attempt,
                self.work.policy,
                deadline=deadline,
                slot=self._slot(),
                on_failure=self._end_attempt,
            )
        except ParentCommand:
            return await self._fall_back(_steered(self.work.branch))
        except GraphBubbleUp:
            raise
        except asyncio.CancelledError as error:
            if is_being_cancelled():
                raise
            return await self._fall_back(error)
        except _NOT_OF_A_BRANCH:
            raise
        except BaseException as error:  # noqa: BLE001  # the branch boundary
            return await self._fall_back(error)
        return BranchResult("ok", update)

    def cut_off(self, closing: Closing) -> BranchResult:
        """Say how it ended when its gate closed; at a deadline a fallback value is at hand."""
        fallback = self.work.branch.fallback
        if closing.status == "timeout" and isinstance(fallback, Mapping):
            return BranchResult("degraded", fallback, closing.error)
        return BranchResult(closing.status, {}, closing.error)

    async def remember(self, result: BranchResult) -> None:
        """Store the branch's own success in its cache."""
        cache = self.work.branch.cache
        if cache is None or result.status != "ok":
            return
        try:
            async with asyncio.timeout(_CACHE_PATIENCE):
                await cache.put(self.work.owner, self.member.given, result.update)
        except Exception:  # the branch boundary: a broken cache is no cache
            logger.exception("cache not written", extra={"branch": self.member.name})

    async def _recall(self) -> dict[str, Any] | None:
        reuse = self.request.get("reuse") or {}
        if self.key in reuse:
            return self.work.checked(reuse[self.key])
        cache = self.work.branch.cache
        if cache is None or self.request.get("cache") == "bypass":
            return None
        try:
            async with asyncio.timeout(_CACHE_PATIENCE):
                update = await cache.get(self.work.owner, self.member.given)
        except Exception:  # the branch boundary: a broken cache is no cache
            logger.exception("cache not read", extra={"branch": self.member.name})
            return None
        return None if update is None else self.work.checked(update)

    def _slot(self) -> Slot | None:
        return None if self.slots is None else Slot(self.slots, self.emit)

    async def _attempt(self, number: int) -> Mapping[str, Any]:
        self.attempts = number
        self.emit("attempt", attempt=number)
        if number > 1:
            self.config = _from_first_interrupt(self.config)
        return await self.work.call(self.work.branch.node, self.member.given, self)

    def _end_attempt(self, number: int, error: Exception) -> None:
        if not isinstance(error, GraphBubbleUp):
            self.emit("attempt_failed", attempt=number, error=describe(error))

    async def _fall_back(self, error: BaseException) -> BranchResult:
        fallback = self.work.branch.fallback
        status: Status = "timeout" if isinstance(error, AttemptTimeout) else "failed"
        if fallback is None:
            return BranchResult(status, {}, describe(error))
        if isinstance(fallback, Mapping):
            return BranchResult("degraded", fallback, describe(error))
        try:
            async with self._slot() or nullcontext(), asyncio.timeout(self.work.branch.timeout):
                update = await self.work.call(fallback, self.member.given, self)
        except (GraphBubbleUp, asyncio.CancelledError, *_NOT_OF_A_BRANCH):
            raise
        except BaseException as second:  # noqa: BLE001  # the branch boundary
            return BranchResult(status, {}, describe(error, second))
        return BranchResult("degraded", update, describe(error))


def _steered(branch: Branch) -> TypeError:
    return TypeError(
        f"branch {branch.name!r} sent a Command to its parent: a branch steers nothing"
    )


def _from_first_interrupt(config: RunnableConfig) -> RunnableConfig:
    """Let a further attempt's interrupts count from the first again, as LangGraph's own retries do.

    Without it the question a person has answered before the failure would be asked again.
    """
    scratchpad = config["configurable"].get(SCRATCHPAD)
    if scratchpad is None:
        return config
    fresh = replace(scratchpad, interrupt_counter=type(scratchpad.interrupt_counter)())
    again: RunnableConfig = {
        **config,
        "configurable": {**config["configurable"], SCRATCHPAD: fresh},
    }
    var_child_runnable_config.set(again)
    return again
