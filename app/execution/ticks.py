"""What becomes of a cron's due tick: a run, another try a moment later, or nothing.

A tick's run has an Idempotency-Key of its own. So it is one run, also where the process dies before
the cron's row says that it ran, and where the clock is set back.
"""

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.crons.cron import Cron, Missed
from app.crons.repository import CronRepository
from app.crons.statements import Advance
from app.errors import (
    Busy,
    GraphExcluded,
    GraphNotFound,
    InvalidInput,
    ServiceError,
    ThreadBusy,
)
from app.execution.handles import Runs
from app.graphs.registry import GraphRegistry
from app.redaction import Redact
from app.runs.request import IdempotencyKey, RunRequest

logger = logging.getLogger(__name__)

LATE = timedelta(minutes=1)
"""A tick that is later than this was missed."""

_FIRST_DELAY = timedelta(seconds=1)

_LONGEST_DELAY = timedelta(seconds=30)


@dataclass(frozen=True)
class _Retry:
    """A tick whose run could not start yet."""

    tick: datetime
    reason: str
    at: datetime
    delay: timedelta


def request_of(cron: Cron, tick: datetime) -> RunRequest:
    """Return the request of a tick's run; no key of a caller begins as its key does."""
    request = RunRequest.from_json(
        cron.request,
        owner=cron.owner,
        thread_id=cron.thread_id,
        is_background=True,
        metadata={**cron.metadata, "cron_id": cron.id},
        idempotency_key=IdempotencyKey(f"cron:{cron.id}:{tick:%Y-%m-%dT%H:%MZ}", "cron"),
    )
    if request.deadline_ms is None:
        return request
    return replace(request, deadline=time.time() + request.deadline_ms / 1000)


class Ticks:
    """Runs the ticks of crons, and remembers those that have to wait."""

    def __init__(
        self, crons: CronRepository, runs: Runs, registry: GraphRegistry, redact: Redact
    ) -> None:
        self._crons = crons
        self._runs = runs
        self._registry = registry
        self._redact = redact
        self._retries: dict[str, _Retry] = {}
        self._stuck: dict[str, str] = {}
        """What keeps a cron from running, by its id: it is logged once."""

    @property
    def next_try(self) -> datetime | None:
        """When to try again what could not start yet."""
        return min((retry.at for retry in self._retries.values()), default=None)

    def problem_of(self, cron: Cron) -> str | None:
        """Return what keeps a cron from running, or its latest tick; None for nothing."""
        if (obstacle := self._obstacle(cron)) is not None:
            return obstacle
        retry = self._retries.get(cron.id)
        return cron.problem if retry is None else f"it is tried again: {retry.reason}"

    def forget_others(self, due: Collection[str]) -> None:
        """Forget the crons that are not due any more: they were changed, paused or deleted."""
        for remembered in (self._retries, self._stuck):
            for cron_id in remembered.keys() - set(due):
                del remembered[cron_id]

    async def fire(self, cron: Cron, now: datetime) -> None:
        """Start the run of a cron's latest tick that has come, or try it again later.

        Raises:
            StorageUnavailable: what became of the tick is not stored: its run starts no other.
        """
        retry = self._retries.get(cron.id)
        if retry is not None and now < retry.at <= now + _LONGEST_DELAY:
            return
        if self._is_stuck(cron) or cron.next_at is None:
            return
        until = now if cron.end_at is None else min(now, cron.end_at)
        tick = cron.times.latest_of(cron.next_at, until)
        self._log_missed(cron, tick, retry)
        was_in_time = retry is not None and retry.tick == tick
        if cron.missed is Missed.SKIP and not was_in_time and now - tick > LATE:
            problem = f"the tick of {tick.isoformat()} was missed, and is not to run late"
            await self._advance(cron, tick, problem=problem)
            return
        await self._start(cron, tick, now)

    async def _start(self, cron: Cron, tick: datetime, now: datetime) -> None:
        run_id, problem = None, None
        try:
            handle = await self._runs.start(self._registry[cron.graph_id], request_of(cron, tick))
        except (Busy, ThreadBusy) as error:
            self._try_again(cron, tick, str(error), now)
            return
        except ServiceError as error:
            problem = self._redact(f"{type(error).__name__}: {error}")
            logger.warning("cron tick failed", extra=_fields(cron, tick, problem))
        except Exception as error:  # one cron's surprise must not keep the others from running
            problem = self._redact(f"{type(error).__name__}: {error}")
            logger.exception("cron tick failed", extra=_fields(cron, tick))
        else:
            run_id = handle.run.id
            logger.info("cron tick", extra=_fields(cron, tick) | {"run_id": run_id})
        await self._advance(cron, tick, run_id=run_id, problem=problem)

    def _is_stuck(self, cron: Cron) -> bool:
        """Whether it cannot run at all now: its ticks wait, and `missed` decides about them."""
        problem = cron.unreadable or self._obstacle(cron)
        if problem is None:
            self._stuck.pop(cron.id, None)
            return False
        if self._stuck.get(cron.id) != problem:
            self._stuck[cron.id] = problem
            logger.warning("cron cannot run", extra=_fields(cron, None, problem))
        return True

    def _obstacle(self, cron: Cron) -> str | None:
        try:
            self._registry[cron.graph_id]
            cron.times.require_valid()
        except (GraphNotFound, GraphExcluded, InvalidInput) as error:
            return str(error)
        return None

    def _try_again(self, cron: Cron, tick: datetime, reason: str, now: datetime) -> None:
        """Try again after twice the time each, and at the next tick."""
        before = self._retries.get(cron.id)
        if before is None or before.tick != tick:
            delay = _FIRST_DELAY
            logger.warning("cron tick waits", extra=_fields(cron, tick, reason))
        else:
            delay = min(before.delay * 2, _LONGEST_DELAY)
        upcoming = cron.next_after(now)
        at = now + delay if upcoming is None else min(now + delay, upcoming)
        self._retries[cron.id] = _Retry(tick, reason, at, delay)

    async def _advance(
        self, cron: Cron, tick: datetime, *, run_id: str | None = None, problem: str | None = None
    ) -> None:
        step = Advance(
            cron,
            cron.next_after(tick),
            last_tick_at=tick,
            last_run_id=run_id,
            problem=problem,
        )
        await self._crons.advance(step)
        self._retries.pop(cron.id, None)

    def _log_missed(self, cron: Cron, tick: datetime, retry: _Retry | None) -> None:
        if tick == cron.next_at:
            return
        is_new = retry is None or retry.tick != tick
        if is_new:
            reason = "they came while nothing could run them" if retry is None else retry.reason
            fields = _fields(cron, cron.next_at, reason) | {"before": tick.isoformat()}
            logger.warning("cron ticks missed", extra=fields)


def _fields(cron: Cron, tick: datetime | None, reason: str | None = None) -> dict[str, Any]:
    fields = {
        "cron_id": cron.id,
        "graph_id": cron.graph_id,
        "tick": None if tick is None else tick.isoformat(),
        "reason": reason,
    }
    return {name: value for name, value in fields.items() if value is not None}
