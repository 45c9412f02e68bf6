"""Whether a run could be taken now, and what prevents it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from app.errors import Busy, StorageUnavailable, ThreadsStuck
from app.execution.node_threads import NodeThreads
from app.execution.runner import Runner
from app.storage.errors import POSTGRES_AWAY

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
"""Raises what prevents a run; `Busy` for what passes."""

_AGAIN_SECONDS = 1.0
_LONGEST_SECONDS = 5.0
_RETRY_AFTER = 5


class Readiness:
    """Checks at most once a second and one at a time, however many ask."""

    def __init__(
        self,
        runner: Runner,
        node_threads: NodeThreads,
        checks: Sequence[tuple[str, Check]],
        *,
        stuck_seconds: float,
    ) -> None:
        """`checks` are done in their order; each has the name of who answers."""
        self._runner = runner
        self._node_threads = node_threads
        self._checks = checks
        self._stuck_seconds = stuck_seconds
        self._checking: asyncio.Task[Busy | None] | None = None
        self._began = self._fresh_until = 0.0
        self._subject = ""
        self._said: str | None = None
        """What was logged last; None while ready."""

    async def require(self) -> None:
        """Return if a run could be taken now; it takes 5 seconds at most.

        Raises:
            Stopping, ThreadsStuck, StorageUnavailable, ModelUnavailable: why not, in words that
            anybody may read.
        """
        obstacle = self._runner.obstacle() or self._stuck_threads() or await self._checked()
        if obstacle is None:
            self._say(None)
            return
        shown = _shown(obstacle)
        self._say(str(shown), detail=str(obstacle))
        raise shown

    async def close(self) -> None:
        """End a check that is under way."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    def _stuck_threads(self) -> ThreadsStuck | None:
        threads, seconds = self._node_threads, self._stuck_seconds
        if not threads.are_stuck(seconds=seconds):
            return None
        return ThreadsStuck(
            f"each of the {threads.size} threads for plain def nodes (FANJOIN_NODE_THREADS) has "
            f"been busy with one call for over {seconds:g} s, and other calls wait: set a timeout "
            f"for what they call, and restart the service",
            retry_after=_RETRY_AFTER,
        )

    async def _checked(self) -> Busy | None:
        """Return what the last check found, or the one that is under way, or a new one."""
        clock = asyncio.get_running_loop().time
        checking = self._checking
        if checking is None or (checking.done() and clock() >= self._fresh_until):
            self._began = clock()
            checking = self._checking = asyncio.create_task(self._check(), name="readiness")
        left = self._began + _LONGEST_SECONDS - clock()
        await asyncio.wait([checking], timeout=max(0.0, left))
        if checking.done():
            return checking.result()
        # It stays the one check: more of them would only wait behind it.
        return StorageUnavailable(
            f"{self._subject} does not answer within {_LONGEST_SECONDS:g} s",
            retry_after=_RETRY_AFTER,
        )

    async def _check(self) -> Busy | None:
        obstacle: Busy | None = None
        for subject, check in self._checks:
            self._subject = subject
            try:
                await check()
            except Busy as error:
                obstacle = error
            except Exception:
                obstacle = StorageUnavailable(f"{self._subject} fails; see the service's log")
                if str(obstacle) != self._said:
                    logger.exception("a readiness check failed")
            if obstacle is not None:
                break
        self._fresh_until = asyncio.get_running_loop().time() + _AGAIN_SECONDS
        return obstacle

    def _say(self, shown: str | None, *, detail: str = "") -> None:
        """Log each change once."""
        if shown == self._said:
            return
        self._said = shown
        if shown is None:
            logger.info("ready again")
        else:
            logger.warning("not ready", extra={"error": detail})


def _shown(obstacle: Busy) -> Busy:
    """Return what a client without a key may read: a driver's words name the database's host."""
    if str(obstacle).startswith(POSTGRES_AWAY):
        return StorageUnavailable("the database does not answer")
    return obstacle.with_traceback(None)
