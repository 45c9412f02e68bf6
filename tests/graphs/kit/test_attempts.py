"""Attempts: how many, how long, how far apart."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from langgraph.errors import GraphInterrupt

from graphs.kit.policy.attempts import (
    AttemptPolicy,
    AttemptTimeout,
    is_worth_retrying,
    retry_after_seconds,
    run_attempts,
)
from tests.graphs.kit.idle_clock import now

pytestmark = pytest.mark.anyio


def status_error(status: int, **headers: str) -> httpx2.HTTPStatusError:
    request = httpx2.Request("GET", "http://127.0.0.1/")
    response = httpx2.Response(status, headers=headers, request=request)
    return httpx2.HTTPStatusError(f"{status}", request=request, response=response)


def failing_times(times: int, error: Exception) -> Callable[[int], Awaitable[int]]:
    async def call(number: int) -> int:
        if number <= times:
            raise error
        return number

    return call


BUSY_BUT_SOON = {"retry-after": "0"}


async def test_the_first_success_is_the_result() -> None:
    call = failing_times(2, status_error(503, **BUSY_BUT_SOON))

    assert await run_attempts(call, AttemptPolicy(attempts=5)) == 3


async def test_the_last_attempts_error_is_raised() -> None:
    call = failing_times(9, status_error(503, **BUSY_BUT_SOON))

    with pytest.raises(httpx2.HTTPStatusError, match="503"):
        await run_attempts(call, AttemptPolicy(attempts=3))


async def test_retry_after_sets_the_wait_between_attempts() -> None:
    call = failing_times(1, status_error(429, **{"retry-after": "0.2"}))
    began = now()

    await run_attempts(call, AttemptPolicy(attempts=2))

    assert now() - began == pytest.approx(0.2)


async def test_no_attempt_is_made_when_its_wait_would_pass_the_deadline() -> None:
    call = failing_times(1, status_error(429, **{"retry-after": "30"}))
    began = now()

    with pytest.raises(httpx2.HTTPStatusError):
        await run_attempts(call, AttemptPolicy(attempts=2), deadline=time.time() + 5)

    assert now() == began


@pytest.mark.parametrize("wait", ["121", "3600", "604800"])
async def test_a_server_that_asks_for_too_much_patience_is_not_waited_for(wait: str) -> None:
    call = failing_times(1, status_error(429, **{"retry-after": wait}))
    began = now()

    with pytest.raises(httpx2.HTTPStatusError):
        await run_attempts(call, AttemptPolicy(attempts=2))

    assert now() == began


async def test_cancelling_ends_a_wait_between_attempts_at_once() -> None:
    call = failing_times(1, status_error(429, **{"retry-after": "60"}))
    task = asyncio.create_task(_attempt_twice(call))
    await asyncio.sleep(30)
    began = now()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert now() == began


async def _attempt_twice(call: Callable[[int], Awaitable[int]]) -> int:
    result: int = await run_attempts(call, AttemptPolicy(attempts=2))
    return result


async def test_each_attempt_has_its_own_clock() -> None:
    async def work_for_half_the_limit(number: int) -> int:
        await asyncio.sleep(0.1)
        if number < 4:
            raise status_error(503, **BUSY_BUT_SOON)
        return number

    policy = AttemptPolicy(attempts=4, timeout=0.2)

    assert await run_attempts(work_for_half_the_limit, policy) == 4


async def test_an_attempt_over_its_limit_is_ended_and_named() -> None:
    with pytest.raises(AttemptTimeout, match=r"no result within 0\.01 s"):
        await run_attempts(lambda _: asyncio.sleep(5), AttemptPolicy(timeout=0.01))


async def test_a_timeout_is_worth_another_attempt() -> None:
    async def slow_at_first(number: int) -> int:
        await asyncio.sleep(5 if number == 1 else 0)
        return number

    policy = AttemptPolicy(attempts=2, timeout=0.01)

    async with asyncio.timeout(3):
        assert await run_attempts(slow_at_first, policy) == 2


async def test_a_nodes_own_timeout_error_is_not_taken_for_the_limit() -> None:
    async def call(_: int) -> int:
        raise TimeoutError("the database did not answer")

    with pytest.raises(TimeoutError, match="database") as caught:
        await run_attempts(call, AttemptPolicy(timeout=5))

    assert not isinstance(caught.value, AttemptTimeout)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_final_4xx_is_never_retried(status: int) -> None:
    assert not is_worth_retrying(status_error(status))
    assert not is_worth_retrying(status_error(status), Exception)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_a_passing_answer_is_retried(status: int) -> None:
    assert is_worth_retrying(status_error(status))


@pytest.mark.parametrize("mistake", [KeyError("x"), TypeError("x"), AssertionError("x")])
def test_a_mistake_in_the_program_is_not_retried(mistake: Exception) -> None:
    assert not is_worth_retrying(mistake)


def test_an_interrupt_is_not_retried() -> None:
    assert not is_worth_retrying(GraphInterrupt(), Exception)


def test_retry_on_takes_a_type_a_list_or_a_function() -> None:
    error = KeyError("x")

    assert is_worth_retrying(error, LookupError)
    assert is_worth_retrying(error, [ValueError, KeyError])
    assert is_worth_retrying(error, lambda it: it.args == ("x",))
    assert not is_worth_retrying(error, ValueError)
    assert not is_worth_retrying(error, ())
    assert not is_worth_retrying(error, lambda _: False)


def test_retry_on_timeout_error_includes_the_branchs_own_limit() -> None:
    assert is_worth_retrying(AttemptTimeout(), TimeoutError)


def test_retry_after_is_read_as_seconds() -> None:
    assert retry_after_seconds(status_error(429, **{"retry-after": "7"})) == 7


def test_retry_after_is_read_as_a_date() -> None:
    date = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    error = status_error(503, **{"retry-after": format_datetime(date, usegmt=True)})

    earliest = datetime.now(UTC)
    seconds = retry_after_seconds(error)
    latest = datetime.now(UTC)

    assert seconds is not None
    assert earliest <= date - timedelta(seconds=seconds) <= latest


@pytest.mark.parametrize("past", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_retry_after_in_the_past_means_at_once(past: str) -> None:
    assert retry_after_seconds(status_error(429, **{"retry-after": past})) == 0


@pytest.mark.parametrize(
    "absurd",
    [
        *("-1", "-0.5", "NaN", "-inf", "inf", "1e300", "1e3", "604801", "9" * 400, "1_0", "\uff11"),
        *("", " ", "1, 2", "7;7", "0x10", "Wed, 21 Oct 9999 07:28:00 GMT"),
        *("Fri, 31 Dec 9999 23:59:59 -2300", "Wed, 21 Oct 99999 07:28:00 GMT", "Wed, 21 Oct"),
    ],
)
def test_an_absurd_retry_after_is_ignored(absurd: str) -> None:
    # In bytes as a server sends them: a header may hold any.
    headers = httpx2.Headers([(b"retry-after", absurd.encode())])
    error = httpx2.HTTPStatusError(
        "busy",
        request=httpx2.Request("GET", "http://x"),
        response=httpx2.Response(429, headers=headers),
    )

    assert retry_after_seconds(error) is None


@pytest.mark.parametrize("error", [ValueError("x"), None])
def test_an_error_without_an_answer_asks_for_no_wait(error: Exception | None) -> None:
    assert retry_after_seconds(error) is None


def test_an_unreadable_retry_after_is_ignored() -> None:
    assert retry_after_seconds(status_error(429, **{"retry-after": "soon"})) is None
