"""A saver whose new checkpoints become the newest of their thread, also if the clock went back.

The id of a checkpoint is its moment (a UUID of version 6), and LangGraph continues from the
greatest one. If the newest lies in the future, a new one would sort before it and be lost.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from math import ceil, inf
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.base.id import UUID, uuid6

from app.errors import ClockBehind, UnreadableState
from app.storage.checkpoints.owned import OwnedSaver

_LONGEST_WAIT_SECONDS = 5.0

_PAUSE_SECONDS = 0.05

_MOST_RETRY_AFTER = 3600

_EPOCH = datetime(1582, 10, 15, tzinfo=UTC)
"""From which a UUID counts, in units of 100 ns."""


class OrderedSaver(OwnedSaver):
    """Waits, before a run or an edit continues, until the newest checkpoint is past.

    It compares what LangGraph reads of a thread anyway, also for a fork: no query is added.
    """

    _forked: CheckpointTuple | None = None

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return a checkpoint.

        Raises:
            ClockBehind: the newest one is asked for, and lies more than 5 seconds in the future.
            UnreadableState: it cannot be decoded.
        """
        at = config["configurable"]
        if at.get("checkpoint_id") is not None:
            self._forked = await super().aget_tuple(config)
            return self._forked
        try:
            newest = await super().aget_tuple(config)
        except UnreadableState:
            newest = await self._in_place_of_newest(config)
            if newest is None:
                raise
        if newest is not None:
            await pass_moment_of(newest.checkpoint["id"], thread_id=at["thread_id"])
        return newest

    async def _in_place_of_newest(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return what lets a fork continue beside a newest checkpoint that cannot be decoded.

        After the checkpoint that it forks from, LangGraph reads the newest one for its id alone.
        """
        forked = self._forked
        if forked is None or _ns_of(forked.config) != _ns_of(config):
            return None
        for checkpoint_id in await self.alist_ids(config, limit=1):
            checkpoint: Any = {**forked.checkpoint, "id": checkpoint_id}
            return forked._replace(checkpoint=checkpoint)
        return None


def _ns_of(config: RunnableConfig) -> str:
    return str(config["configurable"].get("checkpoint_ns", ""))


async def pass_moment_of(checkpoint_id: str, *, thread_id: str) -> None:
    """Return once a new checkpoint would sort after this one: at once, unless the clock went back.

    Raises:
        ClockBehind: it would take more than 5 seconds.
    """
    clock = asyncio.get_running_loop().time
    gives_up_at = clock() + _LONGEST_WAIT_SECONDS
    while str(uuid6(clock_seq=0)) <= checkpoint_id:
        moment, now = _moment_of(checkpoint_id), datetime.now(UTC)
        seconds = inf if moment is None else (moment - now).total_seconds()
        if seconds > gives_up_at - clock():
            raise _behind(checkpoint_id, thread_id, moment, now)
        await asyncio.sleep(_PAUSE_SECONDS)


def _behind(
    checkpoint_id: str, thread_id: str, moment: datetime | None, now: datetime
) -> ClockBehind:
    named = f"the newest checkpoint of thread {thread_id!r} is {checkpoint_id!r}"
    if moment is None:
        message = f"{named}, and no clock lets a new one sort after it: use another thread"
        return ClockBehind(message, retry_after=_MOST_RETRY_AFTER)
    message = (
        f"{named}, of {moment:%Y-%m-%dT%H:%M:%SZ}, and the clock of this machine says "
        f"{now:%Y-%m-%dT%H:%M:%SZ}: set the clock, or wait"
    )
    seconds = ceil((moment - now).total_seconds())
    return ClockBehind(message, retry_after=max(1, min(_MOST_RETRY_AFTER, seconds)))


def _moment_of(checkpoint_id: str) -> datetime | None:
    """Return the moment of a checkpoint's id; None for one that is no UUID of version 6."""
    try:
        parsed = UUID(checkpoint_id)
        is_moment = parsed.version == 6
        return _EPOCH + timedelta(microseconds=parsed.time // 10) if is_moment else None
    except (ValueError, OverflowError):
        return None
