"""One run, wherever it is: active in this process, or stored."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from app.errors import RunNotFound, Stopping
from app.execution.active_runs import ActiveRun, ActiveRuns
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.run import Run

CancelQueued = Callable[[Run], Awaitable[Run | None]]
"""Ends a run that never began, and returns it; None where it has begun meanwhile."""

_LONGEST_CANCEL_SECONDS = 10


class RunHandle:
    """A run to read, wait for, stream or cancel."""

    def __init__(
        self,
        run: Run,
        active: ActiveRun | None,
        *,
        runs: RunRepository,
        active_runs: ActiveRuns,
        cancel_queued: CancelQueued,
        is_replayed: bool = False,
    ) -> None:
        self._run = run
        self._active = active
        self._runs = runs
        self._active_runs = active_runs
        self._cancel_queued = cancel_queued
        self.is_replayed = is_replayed
        """Whether the run existed before the request that wanted to start it."""

    @property
    def run(self) -> Run:
        return self._active.run if self._active is not None else self._run

    async def wait(self) -> Run:
        """Return the run once it is over; its status says how it went.

        Raises:
            StorageUnavailable: it is over, and the database does not take its end.
            Stopping: the service stops; a background run continues when it is back.
        """
        while self._active is None and not self.run.is_over:
            await self._next_change()
        run = self.run if self._active is None else await self._active.wait()
        if run.is_over:
            return run
        if run.request.is_background:
            raise Stopping(f"run {run.id} continues when the service is back", retry_after=5)
        raise Stopping(f"run {run.id} was stopped with the service", retry_after=5)

    async def stream(self, after: int = 0) -> AsyncIterator[Event]:
        """Return the events numbered above `after`: past ones at once, then each as it comes.

        Raises:
            EventsGone: the run's events have been deleted.
        """
        return self._events(await self._stored_events(after), after)

    async def _events(self, stored: Sequence[Event], after: int) -> AsyncIterator[Event]:
        active, is_over = self._active, self.run.is_over
        while True:
            for event in stored:
                yield event
                after = event.id
            if active is not None:
                async for event in active.log.follow(after):
                    yield event
                return
            if is_over:
                return
            await self._next_change()
            active, is_over = self._active, self.run.is_over
            stored = await self._stored_events(after)

    async def _stored_events(self, after: int) -> Sequence[Event]:
        """Return the events that this process's own log of the run does not have."""
        if self._active is None:
            return await self._runs.events(self.run.id, after)
        first = self._active.log.first
        return await self._runs.events(self.run.id, after, first) if after + 1 < first else ()

    def client_left(self) -> None:
        """End the run because its client disconnected, unless it is to continue."""
        if self._active is not None and not self.run.request.outlives_client:
            self._active.stop()

    async def cancel(self) -> Run:
        """End the run; return it when it has ended, or after a while as it stands."""
        if self._active is not None:
            return await self._active.cancel()
        if self.run.is_over:
            return self.run
        if self.run.attempt == 0 and (ended := await self._cancel_queued(self.run)) is not None:
            self._run = ended
            return ended
        await self._runs.request_cancel(self.run.id)
        try:
            async with asyncio.timeout(_LONGEST_CANCEL_SECONDS):
                return await self.wait()
        except TimeoutError:
            return self.run

    async def _next_change(self) -> None:
        """Wait until a run that is queued is active here, or over."""
        run_id, owner = self._run.id, self._run.request.owner
        with self._active_runs.watching(run_id) as changed:
            while True:
                self._active = self._active_runs.get(run_id, owner=owner)
                if self._active is not None:
                    return
                stored = await self._runs.get(run_id, owner=owner)
                if stored is None:
                    raise RunNotFound(f"run {run_id!r} has been deleted")
                self._run = stored
                if stored.is_over:
                    return
                await changed.wait()
                changed.clear()
