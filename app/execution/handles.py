"""Runs by their id or their key, wherever they are: at work in this process, or kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from app.errors import KeyReused, RunNotFound, Stopping
from app.execution.active_runs import ActiveRun, ActiveRuns, DuplicateRun
from app.runs.events import Event
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.run import Run

_LOOK_AGAIN_SECONDS = 0.3


_LONGEST_CANCEL_SECONDS = 10


@dataclass(frozen=True)
class IdempotencyKey:
    """A caller's key, and what another request that shows it must be equal in."""

    key: str
    request_hash: str

    def of_run(self) -> "IdempotencyKey":
        return replace(self, key=f"run:{self.key}")

    def of_item(self, number: int) -> "IdempotencyKey":
        """Return the claim of one run of a batch; the first is the key's own, as a lone run's."""
        return replace(self, key=f"batch:{number}:{self.key}") if number else self.of_run()


class RunHandle:
    """A run to read, wait for, follow or cancel."""

    def __init__(
        self,
        record: RunRecord,
        started: ActiveRun | None,
        *,
        runs: RunRepository,
        live: ActiveRuns,
        is_replayed: bool = False,
    ) -> None:
        self._record = record
        self._started = started
        self._runs = runs
        self._live = live
        self.is_replayed = is_replayed
        """Whether it was there before the request that wanted to start it."""

    @property
    def record(self) -> RunRecord:
        return self._started.record if self._started is not None else self._record

    @property
    def run(self) -> Run:
        return self.record.run

    @property
    def outlives_client(self) -> bool:
        """Whether the run goes on when who asked for it has left."""
        return self.record.is_background or self.record.key is not None

    async def wait(self) -> Run:
        """Return the run once it is over; its status says how it went.

        Raises:
            StorageUnavailable: it is over, and the database does not take its end.
            Stopping: the service stops; the run goes on when it is back.
        """
        while self._started is None and not self.run.is_over:
            await self._look_again()
        run = self.run if self._started is None else await self._started.wait()
        if not run.is_over:
            raise Stopping(f"run {run.id} goes on when the service is back", retry_after=5)
        return run

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Return the events numbered above `after`: past ones at once, then each as it comes.

        Raises:
            EventsGone: the run's events are kept no longer.
        """
        return self._events(await self._kept_events(after), after)

    async def _events(self, kept: Sequence[Event], after: int) -> AsyncIterator[Event]:
        started, is_over = self._started, self.run.is_over
        while True:
            for event in kept:
                yield event
                after = event.id
            if started is not None:
                async for event in started.log.follow(after):
                    yield event
                return
            if is_over:
                return
            await self._look_again()
            started, is_over = self._started, self.run.is_over
            kept = await self._kept_events(after)

    async def _kept_events(self, after: int) -> Sequence[Event]:
        """Return the events that this process's own log of the run does not hold."""
        if self._started is None:
            return await self._runs.events(self.run.id, after)
        first = self._started.log.first
        return await self._runs.events(self.run.id, after, first) if after + 1 < first else ()

    def leave(self) -> None:
        """End the run because who asked for it has left, unless it is to go on."""
        if self._started is not None and not self.outlives_client:
            self._started.stop()

    async def cancel(self) -> Run:
        """End the run; return it when it has ended, or after a while as it stands."""
        if self._started is not None:
            return await self._started.cancel()
        if self.run.is_over:
            return self.run
        await self._runs.request_cancel(self.run.id)
        try:
            async with asyncio.timeout(_LONGEST_CANCEL_SECONDS):
                return await self.wait()
        except TimeoutError:
            return self.run

    async def _look_again(self) -> None:
        """See, a moment later, what became of a run that no process works at.

        It is taken up, or ended, soon after the service began.
        """
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        run_id, owner = self._record.run.id, self._record.owner
        self._started = self._live.get(run_id, owner=owner)
        kept = await self._runs.get(run_id, owner=owner) if self._started is None else None
        if kept is not None:
            self._record = kept
        elif self._started is None:
            raise RunNotFound(f"run {run_id!r} is kept no longer")


class Runs:
    """Finds an owner's runs, and starts one only where its key names none."""

    def __init__(self, live: ActiveRuns, runs: RunRepository) -> None:
        self._live = live
        self._runs = runs

    async def get(self, run_id: str, *, owner: str) -> RunHandle:
        """Return a run of this owner.

        Raises:
            RunNotFound: there never was one, it is somebody else's, or it is kept no longer.
        """
        if (started := self._live.get(run_id, owner=owner)) is not None:
            return self.found(started.record, started)
        record = await self._runs.get(run_id, owner=owner)
        if record is None:
            raise RunNotFound(
                f"no run has the id {run_id!r}; runs are kept for FANJOIN_KEEP_RUNS_DAYS days"
            )
        return self.found(record, None)

    async def start_once(
        self, owner: str, claim: IdempotencyKey | None, start: Callable[[], Awaitable[ActiveRun]]
    ) -> RunHandle:
        """Start a run, unless this owner's key names one already.

        Raises:
            KeyReused: the key came before, with another request.
        """
        if claim is not None:
            earlier = await self._runs.by_key(owner, claim.key)
            if earlier is not None:
                return self._replay(earlier, claim)
        try:
            started = await start()
        except DuplicateRun as lost:
            if claim is None:
                raise
            return self._replay(lost.record, claim)
        return self.found(started.record, started)

    async def require_same(self, owner: str, claim: IdempotencyKey) -> None:
        """Raise KeyReused where the key came before, with another request."""
        earlier = await self._runs.by_key(owner, claim.key)
        if earlier is not None:
            self._replay(earlier, claim)

    def _replay(self, record: RunRecord, claim: IdempotencyKey) -> RunHandle:
        if record.request_hash != claim.request_hash:
            raise KeyReused("the Idempotency-Key came before, with another request: use a new one")
        started = self._live.get(record.run.id, owner=record.owner)
        return self.found(record, started, is_replayed=True)

    def found(
        self, record: RunRecord, started: ActiveRun | None, *, is_replayed: bool = False
    ) -> RunHandle:
        return RunHandle(record, started, runs=self._runs, live=self._live, is_replayed=is_replayed)
