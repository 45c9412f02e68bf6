"""Runs by their id or their key, wherever they are: active in this process, or stored."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.errors import (
    KeyReused,
    RunNotFound,
    RunNotOver,
    Stopping,
    ThreadNotFound,
    UnreadableRun,
)
from app.execution.active_runs import ActiveRun, ActiveRuns
from app.execution.runner import Runner
from app.graphs.registry import GraphEntry
from app.runs.checkpoints import has_checkpoint, has_question
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.retry import load_reusable, require_checkpoint, resume_request, retry_request
from app.runs.run import Run
from app.runs.search import RunSearch
from app.storage.checkpoints import Checkpoints
from app.threads.repository import ThreadRepository

_POLL_SECONDS = 0.3
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
        is_replayed: bool = False,
    ) -> None:
        self._run = run
        self._active = active
        self._runs = runs
        self._active_runs = active_runs
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
            await self._poll()
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
            await self._poll()
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
        await self._runs.request_cancel(self.run.id)
        try:
            async with asyncio.timeout(_LONGEST_CANCEL_SECONDS):
                return await self.wait()
        except TimeoutError:
            return self.run

    async def _poll(self) -> None:
        """Look, a moment later, what became of a run that no process executes.

        It is recovered, or ended, soon after the service has started.
        """
        await asyncio.sleep(_POLL_SECONDS)
        run_id, owner = self._run.id, self._run.request.owner
        self._active = self._active_runs.get(run_id, owner=owner)
        if self._active is not None:
            return
        stored = await self._runs.get(run_id, owner=owner)
        if stored is None:
            raise RunNotFound(f"run {run_id!r} has been deleted")
        self._run = stored


class Runs:
    """An owner's runs: start one, return one, retry or resume one."""

    def __init__(
        self,
        runner: Runner,
        runs: RunRepository,
        threads: ThreadRepository,
        *,
        registry: Mapping[str, GraphEntry],
        checkpoints: Checkpoints,
    ) -> None:
        self._runner = runner
        self._runs = runs
        self._threads = threads
        self._registry = registry
        self._checkpoints = checkpoints

    async def get(self, run_id: str, *, owner: str) -> RunHandle:
        """Return a run of this owner.

        Raises:
            RunNotFound: it never existed, belongs to somebody else, or has been deleted.
            UnreadableRun: its row cannot be read.
        """
        if (active := self._runner.active.get(run_id, owner=owner)) is not None:
            return self._handle(active.run, active)
        run = await self._runs.get(run_id, owner=owner)
        if run is None:
            raise _no_run(run_id)
        return self._handle(run, None)

    async def delete(self, run_id: str, *, owner: str) -> None:
        """Delete a run that is over, or whose row cannot be read; its checkpoints come first.

        Raises:
            RunNotFound: it never existed, belongs to somebody else, or has been deleted.
            RunNotOver: it is pending or running.
        """
        try:
            handle = await self.get(run_id, owner=owner)
        except UnreadableRun:
            pass
        else:
            if not handle.run.is_over:
                raise RunNotOver(f"run {run_id} is {handle.run.status}: cancel it first")
        await self._checkpoints.delete_run(run_id)
        await self._runs.delete(run_id, owner=owner)

    async def search(self, search: RunSearch) -> list[Run]:
        """Return a page of runs, newest first, without their input, output and report."""
        return await self._runs.search(search)

    async def start(
        self,
        entry: GraphEntry,
        request: RunRequest,
        *,
        is_bounded: bool = False,
        defers_row: bool = False,
    ) -> RunHandle:
        """Start a run, or return the one that its Idempotency-Key started before.

        `is_bounded` and `defers_row` are those of `Runner.start`.

        Raises:
            KeyReused: the key was already used with another request.
            CheckpointNotFound: the thread has no such checkpoint to fork from.
            Stopping, TooManyRuns, ThreadBusy, StorageUnavailable: as `Runner.start`.
        """
        earlier = await self._replay_of(request.owner, request.idempotency_key)
        return earlier or await self._launch(
            entry, request, is_bounded=is_bounded, defers_row=defers_row
        )

    async def retry(
        self, run: Run, *, key: IdempotencyKey | None = None, is_background: bool
    ) -> RunHandle:
        """Start a run that repeats what failed of another one.

        Raises:
            CannotRetry, InvalidInput: as `retry_request`.
            GraphNotFound: the run's graph is no longer served.
        """
        if (earlier := await self._replay_of(run.request.owner, key)) is not None:
            return earlier
        entry = self._registry[run.graph_id]
        reuse = load_reusable(run, self._checkpoints.serde)
        is_last = await self._is_last(run)
        is_stored = is_last and await has_checkpoint(run, self._checkpoints.of(run.request.owner))
        request = retry_request(entry, run, reuse=reuse, is_last=is_last, is_stored=is_stored)
        request = replace(request, idempotency_key=key, is_background=is_background)
        return await self._launch(entry, request)

    async def resume(
        self, run: Run, answer: Any, *, key: IdempotencyKey | None = None, is_background: bool
    ) -> RunHandle:
        """Start a run that continues an interrupted one with the answer to its question.

        Raises:
            CannotResume, InvalidInput: as `resume_request`.
            GraphNotFound: the run's graph is no longer served.
        """
        if (earlier := await self._replay_of(run.request.owner, key)) is not None:
            return earlier
        entry = self._registry[run.graph_id]
        is_last = await self._is_last(run)
        if is_last and run.interrupts and run.thread_id is not None:
            is_last = await has_question(run, self._checkpoints.of(run.request.owner))
        request = resume_request(run, answer, is_last=is_last)
        request = replace(request, idempotency_key=key, is_background=is_background)
        return await self._launch(entry, request)

    async def require_same_request(self, owner: str, key: IdempotencyKey) -> None:
        """Raise KeyReused where the key was already used with another request."""
        await self._replay_of(owner, key)

    async def _launch(self, entry: GraphEntry, request: RunRequest, **options: bool) -> RunHandle:
        await require_checkpoint(self._checkpoints, request)
        started = await self._runner.start(entry, request, **options)
        if isinstance(started, ActiveRun):
            return self._handle(started.run, started)
        return self._replay(started, request.idempotency_key)

    async def _replay_of(self, owner: str, key: IdempotencyKey | None) -> RunHandle | None:
        if key is None:
            return None
        earlier = await self._runs.get_by_idempotency_key(owner, key.value)
        return None if earlier is None else self._replay(earlier, key)

    def _replay(self, run: Run, key: IdempotencyKey | None) -> RunHandle:
        if run.request.idempotency_key != key:
            raise KeyReused(
                "the Idempotency-Key was already used with another request: use a new one"
            )
        active = self._runner.active.get(run.id, owner=run.request.owner)
        return self._handle(run, active, is_replayed=True)

    async def _is_last(self, run: Run) -> bool:
        """Whether no other run used the thread since; a run on no thread is the last of its own."""
        if run.thread_id is None:
            return True
        try:
            thread = await self._threads.get(run.request.owner, run.thread_id)
        except ThreadNotFound:
            return False
        return thread.last_run_id == run.id

    def _handle(
        self, run: Run, active: ActiveRun | None, *, is_replayed: bool = False
    ) -> RunHandle:
        return RunHandle(
            run,
            active,
            runs=self._runs,
            active_runs=self._runner.active,
            is_replayed=is_replayed,
        )


def _no_run(run_id: str) -> RunNotFound:
    return RunNotFound(
        f"no run has the id {run_id!r}; runs are deleted after FANJOIN_KEEP_RUNS_DAYS days"
    )
