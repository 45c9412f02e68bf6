"""The one place where graphs are executed.

Callers differ only in what they do afterwards (wait, follow, walk away), and in whether tokens are
wanted. A run begins when its row is kept, and is told to be over when its end is.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.errors import Stopping, StorageUnavailable
from app.execution.active_runs import ActiveRun, ActiveRuns, DuplicateRun, flush_events
from app.execution.completion import keep_end
from app.execution.concurrency import ConcurrencyLimit
from app.execution.graph_stream import memory_of, run_graph
from app.execution.outcome import (
    InvalidOutput,
    check_output,
    failure_of,
    lateness,
    log_failure,
    was_cut_off,
)
from app.graphs.registry import GraphEntry
from app.plain_json import to_plain_json
from app.redaction import error_text
from app.report.recorder import Recorder
from app.runs.checkpoints import delete_checkpoints
from app.runs.events import EventGate, EventLog, first_event_of
from app.runs.orphans import OrphanedRuns
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.request import RunRequest, dumped_settled, record_of, request_of, settled_of
from app.runs.run import Run, RunFailure, RunStatus
from app.settings import Price, Settings
from app.storage.checkpoints import Checkpoints
from app.storage.database import Database

__all__ = ["DuplicateRun", "Runner"]


_END_SECONDS = 5
"""How long a service that stops waits for the ends of its runs to be kept."""


class Runner:
    """Executes graphs in this process, a bounded number at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        prices: Mapping[str, Price],
        database: Database,
        checkpoints: Checkpoints,
    ) -> None:
        self._timeout = settings.run_timeout_seconds
        self._records_all = settings.record_stateless
        self._prices = prices
        self._runs = RunRepository(database)
        self._orphans = OrphanedRuns(database)
        self._checkpoints = checkpoints
        self._clean = error_text(settings.secrets)
        self._slots = ConcurrencyLimit(
            running=settings.max_concurrent_runs, waiting=settings.max_waiting_runs
        )
        self._is_stopping = False
        self.live = ActiveRuns()
        self.has_lost_runs = asyncio.Event()
        """Set when a run left this process and its end is not kept: it is to be taken up."""

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    @property
    def free_slots(self) -> int:
        return self._slots.free

    async def start(
        self, entry: GraphEntry, request: RunRequest, *, is_bounded: bool = False
    ) -> ActiveRun:
        """Launch a run and return when its start is kept; `is_bounded` when its caller bounds them.

        Raises:
            Stopping: the service takes no more runs.
            TooManyRuns: as many as may are at work and waiting.
            ThreadBusy: another run is using the thread.
            DuplicateRun, KeyReused: the request's key came before.
            StorageUnavailable: the database does not take its start.
        """
        if self._is_stopping:
            raise _stopping()
        run = Run(
            entry.id, request.thread_id, retry_of=request.retry_of, resume_of=request.resume_of
        )
        is_wanted = bool(request.outlives_client or request.thread_id or self._records_all)
        started = ActiveRun(
            entry, request, record_of(run, request), EventLog(), is_recorded=is_wanted
        )
        self._slots.admit(is_bounded=is_bounded)
        if not is_wanted:
            self._launch(started, None)
            return started
        begun = asyncio.get_running_loop().create_future()
        self._launch(started, begun)
        try:
            await asyncio.shield(begun)
        except asyncio.CancelledError:
            if not request.outlives_client:
                started.stop()
            raise
        return started

    async def take_up(self, entry: GraphEntry, record: RunRecord) -> ActiveRun:
        """Go on with a run that another process, or an earlier attempt, left at work.

        Raises:
            InvalidInput: the graph takes another input by now.
            StorageUnavailable: the database does not say what the run was asked.
        """
        table, run = self._runs, record.run
        is_handed_down = run.retry_of is not None and record.asked.get("input") is not None
        earlier = await table.get(run.retry_of or "", owner=None) if is_handed_down else None
        reuse = settled_of(earlier, self._checkpoints.serde) if earlier is not None else {}
        request = request_of(entry, record, reuse=reuse)
        stored = await table.events(run.id, 0)
        first = first_event_of(record.attempt)
        self._slots.admit(is_bounded=True)
        fresh = replace(record, run=replace(run, status=RunStatus.PENDING))
        started = ActiveRun(entry, request, fresh, EventLog(first), stored=stored, kept=first - 1)
        self._launch(started, None)
        return started

    async def drain(self, grace_seconds: float) -> None:
        """Take no new runs, let those at work go on for a while, then end what is left.

        Background runs are not ended but let go: they go on when the service is back.
        """
        self._is_stopping = True
        if tasks := [started.task for started in self.live]:
            await asyncio.wait(tasks, timeout=grace_seconds)
        for started in self.live:
            if started.is_background:
                started.release()
            else:
                started.stop()
        if tasks := [started.task for started in self.live]:
            _, left = await asyncio.wait(tasks, timeout=_END_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.wait(tasks)

    def _launch(self, started: ActiveRun, begun: asyncio.Future[None] | None) -> None:
        """Set a run to work; `begun` hears when its start is kept, if that is to be done."""
        started.told = asyncio.get_running_loop().create_future()
        self.live.add(started)
        work = self._work(started, begun)
        started.task = asyncio.create_task(work, name=f"run-{started.run.id}")

    async def _work(self, started: ActiveRun, begun: asyncio.Future[None] | None) -> None:
        started.has_begun = True
        try:
            try:
                if begun is None or await self._begin(started, begun):
                    await self._execute(started)
            finally:
                self._slots.leave()  # at once: who hears of the end may start another run
            if started.is_over and started.is_background and started.run.thread_id is None:
                await self._forget(started.run)
        finally:
            self.live.remove(started)
            if started.is_recorded and not started.is_over:
                self.has_lost_runs.set()
            started.log.close()
            started.tell()

    async def _begin(self, started: ActiveRun, begun: asyncio.Future[None]) -> bool:
        """Keep the run's start, and tell who asked for it whether that went well."""
        record = started.record
        try:
            kept = await self._runs.begin(record)
        except asyncio.CancelledError:  # the start may be kept all the same: end it or let it go
            begun.set_exception(_stopping())
            started.is_unwanted = True
            return True
        except Exception as error:  # noqa: BLE001  # it is who asked that gets it
            begun.set_exception(error)
            return False
        if kept.run.id != record.run.id:
            begun.set_exception(DuplicateRun(kept))
            return False
        begun.set_result(None)
        return True

    async def _execute(self, started: ActiveRun) -> None:
        run, gate = started.run, EventGate(started.log, holds=started.is_background)
        recorder = Recorder(started.entry.shape, self._prices, self._clean, gate.append)
        clock = asyncio.timeout(None)
        failure: BaseException | None = None
        output: dict[str, Any] | None = None
        try:
            if started.is_unwanted:
                raise asyncio.CancelledError  # noqa: TRY301  # as if it had come a moment later
            async with self._slots.taken(), clock:
                clock.reschedule(asyncio.get_running_loop().time() + self._timeout)
                _announce(started, recorder)
                run.status = RunStatus.RUNNING
                memory = memory_of(started, self._checkpoints, gate.saved)
                state = await run_graph(started, recorder, memory)
            if not run.interrupts:
                output = to_plain_json(check_output(started.entry.output_model, state))
        except StorageUnavailable as error:
            failure = asyncio.CancelledError() if started.is_cancelled else error
        except BaseException as error:  # noqa: BLE001  # what a graph raises ends its run alone
            failure = error
        started.is_ending = True
        if self._is_to_go_on(started, failure):
            await self._let_go(started)
            return
        gate.release_all()
        ended = self._conclude(run, recorder, failure, is_late=clock.expired())
        ended.output = output
        settled = recorder.settled.writes if ended.can_be_retried else {}
        dumped = dumped_settled(run, settled, self._checkpoints.serde)
        record = replace(started.record, run=ended, settled=dumped, ended_at=datetime.now(UTC))
        await keep_end(self._runs, started, record)

    def _is_to_go_on(self, started: ActiveRun, failure: BaseException | None) -> bool:
        """Whether a run that was stopped is to be taken up again."""
        if not started.is_background:
            return False
        if isinstance(failure, StorageUnavailable):
            return True
        return started.is_released and isinstance(failure, asyncio.CancelledError)

    async def _let_go(self, started: ActiveRun) -> None:
        """Leave a run to be taken up; only an attempt that the service stopped did not fail."""
        started.run.status = RunStatus.PENDING
        with contextlib.suppress(StorageUnavailable):
            await flush_events(self._runs, [started])
            if started.is_released:
                await self._orphans.release([started.run.id])

    async def _forget(self, run: Run) -> None:
        """Drop the checkpoints of a run that is over and was on no thread."""
        with contextlib.suppress(StorageUnavailable):  # the pruner finds them
            await delete_checkpoints([run.id], checkpoints=self._checkpoints, runs=self._runs)

    def _conclude(
        self,
        run: Run,
        recorder: Recorder,
        error: BaseException | None,
        *,
        is_late: bool,
    ) -> Run:
        """Return the run as it ended, with its status and its report."""
        failure: RunFailure | None = None
        if error is None:
            status = RunStatus.INTERRUPTED if run.interrupts else RunStatus.SUCCESS
        elif is_late:
            status, failure = RunStatus.TIMEOUT, lateness(recorder, self._timeout)
        elif isinstance(error, asyncio.CancelledError):
            status = RunStatus.CANCELLED
            failure = RunFailure("RunCancelled", "the run was cancelled")
        else:
            failure = failure_of(error, recorder)
            status = RunStatus.TIMEOUT if was_cut_off(error) else RunStatus.ERROR
        has_ended = error is None or isinstance(error, InvalidOutput)
        report = recorder.close(has_ended=has_ended)
        ended = replace(run, status=status, failure=failure, report=report)
        if failure is not None:
            log_failure(ended, failure, error)
        return ended


def _stopping() -> Stopping:
    return Stopping("the service is stopping and takes no new runs", retry_after=5)


def _announce(started: ActiveRun, recorder: Recorder) -> None:
    run, entry, attempt = started.run, started.entry, started.record.attempt
    data: dict[str, Any] = {
        "run_id": run.id,
        "graph_id": entry.id,
        "thread_id": run.thread_id,
        "attempt": attempt,
        "branches": [branch.name for branch in entry.branches],
        "joins": entry.joins,
    }
    seconds = (datetime.now(UTC) - run.created_at).total_seconds() if attempt > 1 else 0.0
    recorder.begin(seconds_ago=max(0.0, seconds))
    if attempt > 1:
        recorder.warn(
            f"taken up again {seconds:.1f} s after its start, as attempt {attempt}: times include "
            f"the pause, and joins that had run before it have no row"
        )
    started.log.append("run_started", data)
