"""The one place where graphs are executed.

Callers differ only in what they do afterwards (wait, follow, walk away), and in whether tokens are
wanted.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from app.error_text import error_text
from app.errors import Stopping, ThreadBusy
from app.failures import InvalidOutput, check_output, failure_of, was_cut_off
from app.graph_stream import run_graph
from app.plain_json import to_plain_json
from app.registry import GraphEntry
from app.report import Recorder
from app.run_store import RunStore
from app.runs import Run, RunFailure, RunStatus
from app.settings import Price, Settings
from app.slots import Slots
from app.started_runs import RunRequest, StartedRun, stored_thread_id

logger = logging.getLogger(__name__)


class Runner:
    """Executes graphs in this process, a bounded number at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        prices: Mapping[str, Price],
        checkpointer: BaseCheckpointSaver[Any],
    ) -> None:
        self._timeout = settings.run_timeout_seconds
        self._prices = prices
        self._checkpointer = checkpointer
        self._clean = error_text(settings.secrets)
        self._slots = Slots(running=settings.max_concurrent_runs, waiting=settings.max_waiting_runs)
        self._busy_threads: set[str] = set()
        self._is_stopping = False
        self.runs = RunStore(
            most_finished=settings.max_finished_runs,
            longest_seconds=settings.finished_run_seconds,
        )

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    def start(
        self, entry: GraphEntry, request: RunRequest, *, is_bounded: bool = False
    ) -> StartedRun:
        """Launch a run and return before it finishes; `is_bounded` when its caller bounds them.

        Raises:
            Stopping: the service takes no more runs.
            ThreadBusy: another run is using the thread.
            TooManyRuns: as many as may are at work and waiting.
        """
        if self._is_stopping:
            raise Stopping("the service is stopping and takes no new runs", retry_after=5)
        thread = stored_thread_id(entry, request)
        if thread in self._busy_threads:
            raise ThreadBusy(
                f"thread {request.thread_id!r} is busy with another run: wait for its end"
            )
        self._slots.admit(is_bounded=is_bounded)
        if thread is not None:
            self._busy_threads.add(thread)
        run = Run(
            entry.id, request.thread_id, retry_of=request.retry_of, resume_of=request.resume_of
        )
        started = StartedRun(entry, request, run)
        started.task = asyncio.create_task(self._execute(started), name=f"run-{run.id}")
        self.runs.add(started)

        def end(_: asyncio.Task[None]) -> None:
            if not run.is_over:  # cancelled before its first step
                self._conclude(started, self._recorder(started), asyncio.CancelledError())
            if thread is not None:
                self._busy_threads.discard(thread)
            self._slots.leave()
            self.runs.finish(started)

        started.task.add_done_callback(end)
        return started

    async def drain(self, grace_seconds: float) -> None:
        """Take no new runs, let those at work go on for a while, then cancel what is left."""
        self._is_stopping = True
        tasks = [started.task for started in self.runs.active]
        if not tasks:
            return
        await asyncio.wait(tasks, timeout=grace_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def _recorder(self, started: StartedRun) -> Recorder:
        return Recorder(started.entry.shape, self._prices, self._clean, started.log.append)

    async def _execute(self, started: StartedRun) -> None:
        run, recorder = started.run, self._recorder(started)
        clock = asyncio.timeout(None)
        failure: BaseException | None = None
        try:
            async with self._slots.taken(), clock:
                clock.reschedule(asyncio.get_running_loop().time() + self._timeout)
                recorder.begin()
                run.status = RunStatus.RUNNING
                started.log.append("run_started", _announcement(started))
                state = await run_graph(started, recorder, self._checkpointer)
            if not run.interrupts:
                run.output = to_plain_json(check_output(started.entry.output_model, state))
        except BaseException as error:  # noqa: BLE001  # what a graph raises ends its run alone
            failure = error
        self._conclude(started, recorder, failure, is_late=clock.expired())

    def _conclude(
        self,
        started: StartedRun,
        recorder: Recorder,
        error: BaseException | None,
        *,
        is_late: bool = False,
    ) -> None:
        """Give the run its status, its report and its last events."""
        run, log = started.run, started.log
        if error is None:
            status = RunStatus.INTERRUPTED if run.interrupts else RunStatus.SUCCESS
        elif is_late:
            status = RunStatus.TIMEOUT
            run.failure = _lateness(recorder, self._timeout)
        elif isinstance(error, asyncio.CancelledError):
            status = RunStatus.CANCELLED
            run.failure = RunFailure("RunCancelled", "the run was cancelled")
        else:
            run.failure = failure_of(error, recorder)
            status = RunStatus.TIMEOUT if was_cut_off(error) else RunStatus.ERROR
        has_ended = error is None or isinstance(error, InvalidOutput)
        run.report = recorder.close(has_ended=has_ended)
        run.status = status
        if run.failure is not None:
            _log_failure(run, run.failure, error)
        if run.can_be_retried:
            started.settled = recorder.settled
        if run.output is not None:
            log.append("output", {"output": run.output})
        log.append("report", run.report)
        log.append("end", _ending(run))
        log.close()


def _lateness(recorder: Recorder, seconds: float) -> RunFailure:
    """Say which branches a run that took too long was waiting for."""
    at_work = recorder.at_work
    message = f"stopped after {seconds:g} s, while {', '.join(at_work) or 'nothing'} was at work"
    return recorder.describe("RunTimeout", message, at_work[0] if at_work else None)


def _announcement(started: StartedRun) -> dict[str, Any]:
    run, entry = started.run, started.entry
    return {
        "run_id": run.id,
        "graph_id": entry.id,
        "thread_id": run.thread_id,
        "branches": [branch.name for branch in entry.branches],
        "joins": entry.joins,
    }


def _ending(run: Run) -> dict[str, Any]:
    return {
        "status": run.status,
        "degraded": run.is_degraded,
        "error": run.problem,
        "interrupts": run.interrupts,
    }


def _log_failure(run: Run, failure: RunFailure, error: BaseException | None) -> None:
    fields = {"graph_id": run.graph_id, "run_id": run.id, "branch": failure.branch}
    reason = f"{failure.type}: {failure.message}"
    logger.warning("run failed", extra={**fields, "status": run.status, "error": reason})
    logger.debug("traceback of the failed run", exc_info=error, extra=fields)
