"""An owner's crons: create, read, change, delete one. Each change wakes the scheduler."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.crons.cron import Cron
from app.crons.repository import CronRepository, CronSearch
from app.errors import InvalidInput, ThreadNotFound
from app.execution.scheduler import Clock, Scheduler, utc_now
from app.execution.ticks import Ticks
from app.settings import Settings
from app.threads.repository import ThreadRepository
from app.threads.thread import refuse_new_id

_SHOWN = 5


class Crons:
    """What callers do with crons; `next_at` follows from everything else."""

    def __init__(
        self,
        settings: Settings,
        crons: CronRepository,
        ticks: Ticks,
        scheduler: Scheduler,
        threads: ThreadRepository,
        *,
        now: Clock = utc_now,
    ) -> None:
        self._most = settings.max_crons_per_owner
        self._crons = crons
        self._scheduler = scheduler
        self._threads = threads
        self._ticks = ticks
        self._now = now

    async def create(self, cron: Cron) -> Cron:
        """Store a cron whose request the graph has accepted; with a key it is created once.

        Raises:
            InvalidInput: its schedule, zone, end or thread cannot be used.
            KeyReused: the key was already used with another request.
            TooManyCrons: the owner has as many as allowed.
        """
        cron.times.require_valid()
        await self._require_possible_thread(cron)
        created = await self._crons.create(self._aligned(cron), most=self._most)
        self._scheduler.wake()
        return created

    async def get(self, owner: str, cron_id: str) -> Cron:
        """Return a cron.

        Raises:
            CronNotFound: the owner has none of this id.
            UnreadableCron: its row cannot be read.
        """
        return await self._crons.get(owner, cron_id)

    async def search(self, search: CronSearch) -> list[Cron]:
        """Return a page of crons, newest first."""
        return await self._crons.search(search)

    async def patch(self, owner: str, cron_id: str, change: Callable[[Cron], Cron]) -> Cron:
        """Change a cron; what came before the change is neither run nor missed.

        Raises:
            CronNotFound: the owner has none of this id.
            InvalidInput: its new schedule, zone or end cannot be used.
            UnreadableCron: its row cannot be read.
        """
        before = await self._crons.get(owner, cron_id)
        wanted = change(before)
        if wanted.times != before.times:
            wanted.times.require_valid()
        if _timing(wanted) != _timing(before):
            self._aligned(wanted)
        patched = await self._crons.patch(owner, cron_id, lambda cron: self._changed(cron, change))
        self._scheduler.wake()
        return patched

    async def delete(self, owner: str, cron_id: str) -> None:
        """Delete a cron, also one that cannot be read; its runs stay.

        Raises:
            CronNotFound: the owner has none of this id.
        """
        await self._crons.delete(owner, cron_id)
        self._scheduler.wake()

    def problem_of(self, cron: Cron) -> str | None:
        return self._ticks.problem_of(cron)

    def next_ticks(self, cron: Cron) -> list[datetime]:
        """Return the next five ticks; none of a cron that is paused."""
        return cron.next_ticks(self._now(), _SHOWN)

    def _changed(self, cron: Cron, change: Callable[[Cron], Cron]) -> Cron:
        now, changed = self._now(), change(cron)
        is_as_before = _timing(changed) == _timing(cron)
        next_at = cron.next_at if is_as_before else changed.next_after(now)
        return replace(changed, next_at=next_at, updated_at=now)

    def _aligned(self, cron: Cron) -> Cron:
        """Return a cron that waits for its next tick.

        Raises:
            InvalidInput: none comes before its end.
        """
        if cron.is_paused:
            return replace(cron, next_at=None)
        cron.times.require_valid()
        next_at = cron.next_after(self._now())
        if next_at is None:
            given = None if cron.end_at is None else cron.end_at.isoformat()
            message = "the schedule has no tick before it: choose a later one, or null"
            raise InvalidInput.at("end_at", message, given=str(given))
        return replace(cron, next_at=next_at)

    async def _require_possible_thread(self, cron: Cron) -> None:
        if cron.thread_id is None or (refusal := refuse_new_id(cron.thread_id)) is None:
            return
        try:
            await self._threads.get(cron.owner, cron.thread_id)
        except ThreadNotFound:
            raise refusal from None


def _timing(cron: Cron) -> tuple[object, ...]:
    return cron.schedule, cron.timezone, cron.is_paused, cron.end_at
