"""Asks a server that never ends its answer, as a graph's module does."""

import asyncio
from collections.abc import Awaitable

import pytest

from graphs.kit.policy.attempts import is_worth_retrying

PAST_BOUNDS = ["endless-json", "endless-error", "endless-100", "endless-1xx", "gzip-bomb"]


def require_failure(
    asking: Awaitable[object], of: type[Exception] | tuple[type[Exception], ...]
) -> None:
    """Check that giving up an answer is one of the failures that callers expect."""

    async def wait() -> object:
        return await asking

    with pytest.raises(of) as caught:
        asyncio.run(wait())

    assert is_worth_retrying(caught.value)
