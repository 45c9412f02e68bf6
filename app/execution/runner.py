"""The one place where graphs are executed.

Callers differ only in what they do afterwards (wait, follow, return at once), and in whether they
want tokens. A run starts when its row is created, and is announced as over when its end is stored.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from app.errors import Busy, Stopping, StorageUnavailable, UnreadableRun
from app.execution.active_runs import ActiveRun, ActiveRuns, announce, flush_events
from app.execution.completion import Completion
from app.execution.concurrency import Admission
from app.execution.graph_stream import checkpointing_for, run_graph
from app.execution.left_for_retry import left_for_retry
from app.execution.obstacles import Obstacle, no_obstacle
from app.execution.outcome import conclude
from app.execution.run_watch import RunWatches
from app.graphs.registry import GraphEntry
from app.logs import log_crash
from app.redaction import redactor
from app.report.recorder import Recorder
from app.report.statistics import counted
from app.runs.events import EventGate, EventLog, first_event_of
from app.runs.queue import QueuedRuns
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.reusable import Reusable, load_reusable
from app.runs.run import Run, RunStatus
from app.setting_types import Price
from app.settings import Settings
from app.storage.checkpoints import Checkpoints
from app.work.slots import Slots

_ROW_SECONDS = 0.25
"""A run that starts without a row gets it by then: a longer one is worth finding after a crash."""

_END_SECONDS = 5
"""How long a service that stops waits for the ends of its runs to be stored."""


class Runner:
    """Executes graphs in this process, a bounded number at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        prices: Mapping[str, Price],
        runs: RunRepository,
        queued_runs: QueuedRuns,
        slots: Slots,
        checkpoints: Checkpoints,
        completion: Completion,
        obstacle: Obstacle = no_obstacle,
    ) -> None:
        """`obstacle` says what keeps this process from taking a run."""
        self._timeout = settings.run_timeout_seconds
        self._recursion_limit = settings.recursion_limit
        self._records_all = settings.record_stateless
        self._prices = prices
        self._runs = runs
        self._queued_runs = queued_runs
        self._slots = slots
        self._checkpoints = checkpoints
        self._completion = completion
        self._obstacle = obstacle
        self._redact = redactor(settings.secrets)
        self._admission = Admission(
            running=settings.max_concurrent_runs, waiting=settings.max_waiting_runs
        )
        self._is_stopping = False
        self._guard = RunWatches()
        self.active = ActiveRuns()

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    def obstacle(self) -> Busy | None:
        """Return what is known to keep this process from taking a run; nothing is asked for it."""
        return _stopping() if self._is_stopping else self._obstacle()

    async def start(
        self,
        entry: GraphEntry,
        request: RunRequest,
        *,
        is_bounded: bool = False,
        defers_row: bool = False,
    ) -> ActiveRun | Run:
        """Launch an inline run and return it when its row is created.

        A `Run` is one that an earlier request with the same Idempotency-Key started: nothing was
        launched. `is_bounded` says that the caller bounds how many runs it starts at once.
        `defers_row` lets a run that nobody can look up yet (no key, no thread) start at once: its
        row is created with its end, or after 250 ms.

        Raises:
            Stopping, ModelUnavailable: the service takes no runs.
            TooManyRuns: as many runs as allowed are running and waiting.
            ThreadBusy: another run is using the thread.
            StorageUnavailable: the database does not take the row, or would not keep it.
        """
        if (obstacle := self.obstacle()) is not None:
            raise obstacle
        needs_row = bool(request.outlives_client or request.thread_id)
        active = ActiveRun(entry, Run(entry.id, request), EventLog())
        active.is_recorded = needs_row or self._records_all
        self._admission.admit(is_bounded=is_bounded)
        if not active.is_recorded or (defers_row and not needs_row):
            self._launch(active, None)
            return active
        created: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        self._launch(active, created)
        try:
            run = await asyncio.shield(created)
        except asyncio.CancelledError:
            if not request.outlives_client:
                active.stop()
            raise
        return active if run.id == active.run.id else run

    async def enqueue(self, graph_id: str, request: RunRequest) -> tuple[Run, bool]:
        """Store a run that waits for its turn, and return it when its row is created.

        With it, whether it is new: an earlier request with the same Idempotency-Key may have
        started it. Cancelling the caller does not undo it.

        Raises:
            Stopping, ModelUnavailable: the service takes no runs.
            TooManyRuns: as many runs of the owner as allowed are waiting.
            ThreadBusy: another run is using the thread.
            StorageUnavailable: the database does not take the row, or would not keep it.
        """
        if (obstacle := self.obstacle()) is not None:
            raise obstacle
        run = Run(graph_id, request, attempt=0)
        stored = await self._runs.create(run)
        return stored, stored.id == run.id

    async def recover(self, entry: GraphEntry, run: Run) -> ActiveRun:
        """Launch a queued run that has its slot, and continue it where it began before.

        Raises:
            StorageUnavailable: the database does not return what the run needs.
        """
        request = run.request
        if request.retry_of is not None and request.graph_input is not None:
            request = replace(request, reuse=await self._reusable(request.retry_of, request.again))
        events = await self._runs.events(run.id, 0) if run.attempt > 1 else []
        first = first_event_of(run.attempt)
        active = ActiveRun(
            entry,
            replace(run, request=request, status=RunStatus.PENDING),
            EventLog(first),
            has_row=True,
            earlier_events=events,
            last_stored_event=first - 1,
        )
        self._launch(active, None)
        return active

    async def _reusable(self, run_id: str, again: Sequence[str]) -> dict[str, Any]:
        """Return what an earlier run left to reuse: nothing where it is deleted or unreadable."""
        try:
            earlier = await self._runs.get(run_id, owner=None)
        except UnreadableRun:
            return {}
        left = Reusable() if earlier is None else load_reusable(earlier, self._checkpoints.serde)
        return left.without(again)

    async def drain(self, grace_seconds: float) -> None:
        """Take no new runs, let active ones continue for a while, then end what is left.

        Background runs are released instead: they continue when the service is back.
        """
        self._is_stopping = True
        if tasks := [active.task for active in self.active]:
            await asyncio.wait(tasks, timeout=grace_seconds)
        for active in self.active:
            if active.is_background:
                active.release()
            else:
                active.stop()
        if tasks := [active.task for active in self.active]:
            _, left = await asyncio.wait(tasks, timeout=_END_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.wait(tasks)

    def _launch(self, active: ActiveRun, created: asyncio.Future[Run] | None) -> None:
        """Start a run's task; `created` gets the stored run, where its row comes first."""
        active.finished = asyncio.get_running_loop().create_future()
        if active.is_recorded and not active.has_row and created is None:
            self._create_in_a_moment(active)
        self.active.add(active)
        active.task = self._guard.start(self._work(active, created), name=f"run-{active.run.id}")
        active.task.add_done_callback(log_crash)

    async def _work(self, active: ActiveRun, created: asyncio.Future[Run] | None) -> None:
        active.has_started = True
        try:
            try:
                if created is None or await self._create(active, created):
                    await self._execute(active)
            finally:
                if not active.is_background:
                    # At once: whoever sees the end may start another run.
                    self._admission.leave(active.run.report.get("wall_ms"))
                active.executed.set()
            await self._completion.clean_up(active.run)
        finally:
            if active.creating_later is not None:
                active.creating_later.cancel()
            self.active.remove(active)
            active.log.close()
            active.set_finished()

    async def _create(self, active: ActiveRun, created: asyncio.Future[Run]) -> bool:
        """Create the run's row and pass on the outcome; return whether the run is to start."""
        try:
            stored = await self._runs.create(active.run)
        except asyncio.CancelledError:  # the row may be created all the same: end or release it
            created.set_exception(_stopping())
            active.cancel_requested = active.has_row = True
            return True
        except Exception as error:  # noqa: BLE001  # the caller of `start` gets it
            created.set_exception(error)
            return False
        created.set_result(stored)
        active.has_row = stored.id == active.run.id
        return active.has_row

    def _create_in_a_moment(self, active: ActiveRun) -> None:
        loop = asyncio.get_running_loop()
        active.creating_later = loop.call_later(_ROW_SECONDS, self._create_late, active)

    def _create_late(self, active: ActiveRun) -> None:
        """Create the row of a run that started without one, unless it is about to end."""
        if not active.is_ending:
            active.creating = asyncio.create_task(self._create_row(active))
            active.creating.add_done_callback(log_crash)

    async def _create_row(self, active: ActiveRun) -> None:
        try:
            await self._runs.create(active.run)
            active.has_row = True
        except StorageUnavailable:
            self._create_in_a_moment(active)

    async def _execute(self, active: ActiveRun) -> None:
        run, gate = active.run, EventGate(active.log, holds=active.is_background)
        recorder = Recorder(active.entry.shape, self._prices, self._redact, gate.append)
        clock = asyncio.timeout(None)
        error: BaseException | None = None
        output: Any = None
        try:
            if active.cancel_requested:
                raise asyncio.CancelledError  # noqa: TRY301  # as if it had come a moment later
            async with self._slot_of(active), clock:
                clock.reschedule(asyncio.get_running_loop().time() + self._timeout)
                announce(active, recorder)
                run.status = RunStatus.RUNNING
                checkpointing = checkpointing_for(active, self._checkpoints, gate.on_saved)
                stream = run_graph(
                    active, recorder, checkpointing, recursion_limit=self._recursion_limit
                )
                state = await self._guard.run(stream, recorder)
            if not run.is_paused:
                output = active.entry.output.to_json(state)
        except StorageUnavailable as unavailable:
            error = asyncio.CancelledError() if active.is_cancelled else unavailable
        except BaseException as raised:  # noqa: BLE001  # what a graph raises ends its run alone
            error = raised
        active.is_ending = True
        if active.is_claimed_elsewhere:
            return
        if _is_to_continue(active, error):
            await self._release(active)
            return
        gate.flush()
        timeout = self._timeout if clock.expired() else None
        ended = conclude(run, recorder, error, timeout=timeout)
        ended.output = output
        if active.is_recorded:
            ended.branch_stats = list(counted(recorder.rows, ended.report["critical_path"]))
        ended.reusable_writes = left_for_retry(active, ended, recorder, self._checkpoints)
        await self._completion.complete(active, ended)

    def _slot_of(self, active: ActiveRun) -> AbstractAsyncContextManager[None]:
        """Return the slot to wait for; a queued run has its own since before it was claimed."""
        if active.is_background:
            return contextlib.nullcontext()
        return self._slots.slot(active.run.request.owner, active.entry.id)

    async def _release(self, active: ActiveRun) -> None:
        """Leave a run to be recovered; an attempt that the service stopped has not failed."""
        active.run.status = RunStatus.PENDING
        if active.flushing is not None:
            await asyncio.wait([active.flushing])
        with contextlib.suppress(StorageUnavailable):
            await flush_events(self._runs, [active])
            if active.is_released:
                await self._queued_runs.release([active.run.id])


def _is_to_continue(active: ActiveRun, error: BaseException | None) -> bool:
    """Whether a run that was stopped is to be recovered."""
    if not active.is_background:
        return False
    if isinstance(error, StorageUnavailable):
        return True
    return active.is_released and isinstance(error, asyncio.CancelledError)


def _stopping() -> Stopping:
    return Stopping("the service is stopping and accepts no new runs", retry_after=5)
