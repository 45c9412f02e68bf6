"""The attempts of one branch: how long each may take, which failures are worth another.

They run inside the branch's one task, so that whatever cancels the branch also ends a wait between
attempts, and `Retry-After` can be honoured.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

from langgraph.errors import GraphBubbleUp
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    wait_random_exponential,
)

from graphs.kit.policy.called import called

OnFailure: TypeAlias = Callable[[int, Exception], None]
"""Called with the number and the error of each attempt that failed, before the next begins."""

RetryOn: TypeAlias = type[Exception] | Sequence[type[Exception]] | Callable[[Exception], bool]

_PASSING_STATUSES = frozenset({408, 409, 429})
"""The 4xx answers that may be different next time (RFC 9110 §15.5.9, §15.5.10; RFC 6585 §4)."""

_MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    SyntaxError,
    TypeError,
)
"""Errors of the program itself: the next attempt would make them again."""

_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)

_LONGEST_WAIT = 120.0
"""Seconds; a server that asks for more patience than this is as good as down."""

_LONGEST_MEANT = 7 * 86_400.0
"""Seconds; a server that asks for more has sent nonsense."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
"""Digits, by the RFC; some servers add a fraction."""


class AttemptTimeout(TimeoutError):
    """An attempt took longer than its branch allows."""


@dataclass(frozen=True)
class AttemptPolicy:
    """How often and how long a branch may try; `timeout` is seconds per attempt."""

    attempts: int = 1
    timeout: float | None = None
    retry_on: RetryOn | None = None


async def run_attempts(
    call: Callable[[int], Awaitable[Any]],
    policy: AttemptPolicy,
    *,
    deadline: float | None = None,
    slot: AbstractAsyncContextManager[object] | None = None,
    on_failure: OnFailure = lambda number, error: None,
) -> Any:
    """Return the first attempt's result that succeeds; raise the last attempt's error.

    `call` is given the number of the attempt, from 1. `deadline` is in epoch seconds: no attempt is
    made when the wait before it would end later, or take longer than two minutes. Each attempt
    holds the `slot`, and its time counts from when it has it.
    """
    try:
        return await _attempt(call, 1, policy, slot)
    except Exception as error:
        on_failure(1, error)
        if policy.attempts == 1 or not is_worth_retrying(error, policy.retry_on):
            raise
        first = error
    # The retry machinery is made only now: while a run waits for its model it would be dead weight.
    numbers = itertools.count(1)

    def is_retryable(state: RetryCallState) -> bool:
        error = _error_of(state)
        return isinstance(error, Exception) and is_worth_retrying(error, policy.retry_on)

    def is_over(state: RetryCallState) -> bool:
        wait = state.upcoming_sleep
        is_too_late = deadline is not None and time.time() + wait >= deadline
        return state.attempt_number >= policy.attempts or wait > _LONGEST_WAIT or is_too_late

    async def attempt_next() -> Any:
        number = next(numbers)
        if number == 1:
            raise first
        try:
            return await _attempt(call, number, policy, slot)
        except Exception as error:
            on_failure(number, error)
            raise

    retrying = AsyncRetrying(
        stop=is_over,
        retry=is_retryable,
        wait=_wait,
        sleep=asyncio.sleep,
        reraise=True,
    )
    return await retrying(attempt_next)


async def _attempt(
    call: Callable[[int], Awaitable[Any]],
    number: int,
    policy: AttemptPolicy,
    slot: AbstractAsyncContextManager[object] | None,
) -> Any:
    if slot is None:
        return await _timed(call, number, policy)
    async with slot:
        return await _timed(call, number, policy)


async def _timed(call: Callable[[int], Awaitable[Any]], number: int, policy: AttemptPolicy) -> Any:
    if policy.timeout is None:
        return await call(number)
    clock = asyncio.timeout(policy.timeout)
    try:
        async with clock:
            return await call(number)
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise AttemptTimeout(f"no result within {policy.timeout:g} s") from error


def is_worth_retrying(error: Exception, retry_on: RetryOn | None = None) -> bool:
    """Whether another attempt may fare better; never for an interrupt or a final 4xx."""
    if isinstance(error, GraphBubbleUp):
        return False
    status = _status_of(error)
    if status is not None and 400 <= status < 500 and status not in _PASSING_STATUSES:
        return False
    if retry_on is None:
        return not isinstance(error, _MISTAKES)
    if isinstance(retry_on, type):
        return isinstance(error, retry_on)
    if isinstance(retry_on, Sequence):
        return isinstance(error, tuple(retry_on))
    return called("retry_on=", retry_on, error)


def retry_after_seconds(error: BaseException | None) -> float | None:
    """Seconds a server asked to wait (`Retry-After`, RFC 9110 §10.2.3), if it did.

    None for what cannot be meant: a negative number, NaN, more than a week.
    """
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if value is None:
        return None
    seconds = float(value) if _SECONDS.fullmatch(value.strip()) else _seconds_until(value)
    return seconds if seconds is not None and seconds <= _LONGEST_MEANT else None


def _seconds_until(date: str) -> float | None:
    """Return 0 for a date that is past; None for what is no date."""
    try:
        moment = parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _status_of(error: Exception) -> int | None:
    """Return the HTTP status an error carries, itself (openai) or in its response (httpx)."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _wait(state: RetryCallState) -> float:
    seconds = retry_after_seconds(_error_of(state))
    return _BACKOFF(state) if seconds is None else seconds


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
