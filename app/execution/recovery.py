"""Claimed runs: queued ones begin or continue, others of a process that is gone end as failed."""

import logging
from dataclasses import replace
from typing import Any

from app.errors import EventsGone, GraphExcluded, StorageUnavailable, UnreadableRun
from app.execution.active_runs import ActiveRun
from app.execution.boundary import Watch, contain
from app.execution.completion import Completion
from app.execution.outcome import log_failure
from app.execution.runner import Runner
from app.graphs.registry import GraphRegistry
from app.graphs.shape import Shape
from app.redaction import redactor
from app.report.recorder import Recorder
from app.report.statistics import counted
from app.runs.events import finished_branches
from app.runs.repository import RunRepository
from app.runs.run import Run, RunFailure, RunStatus
from app.settings import Settings

logger = logging.getLogger(__name__)


class Recovery:
    """Decides what becomes of a run that was claimed."""

    def __init__(
        self,
        settings: Settings,
        *,
        registry: GraphRegistry,
        runner: Runner,
        runs: RunRepository,
        completion: Completion,
    ) -> None:
        self._most_attempts = settings.max_run_attempts
        self._redact = redactor(settings.secrets)
        self._registry = registry
        self._runner = runner
        self._runs = runs
        self._completion = completion

    async def cancel_queued(self, run: Run) -> Run | None:
        """End a run that never began; None where it has begun by now.

        Raises:
            StorageUnavailable: it waits on.
        """
        return await self._end(run, RunFailure("RunCancelled", "the run was cancelled"))

    async def recover(self, run: Run) -> ActiveRun | None:
        """Begin or continue a run whose attempt is counted already; None where it ended instead.

        Raises:
            StorageUnavailable: the run stays as it is, for another time.
            GraphExcluded: its graph cannot be served now: it stays until the graph can.
        """
        failure, active = self._obstacle(run), None
        if failure is None:
            try:
                entry = self._registry[run.graph_id]
                active = await contain(self._runner.recover(entry, run), Watch())
            except (StorageUnavailable, GraphExcluded):
                raise
            except Exception as error:  # noqa: BLE001  # one run's request must not stop the others
                failure = RunFailure(type(error).__name__, self._redact(str(error)))
        if failure is not None:
            if await self._end(run, failure) is None:
                logger.warning("run was already over", extra={"run_id": run.id})
            return None
        if run.attempt > 1:
            fields = {"graph_id": run.graph_id, "run_id": run.id, "attempt": run.attempt}
            logger.info("run recovered", extra=fields)
        return active

    def _obstacle(self, run: Run) -> RunFailure | None:
        """Return why a run cannot continue; None when it can."""
        if run.unreadable is not None:
            message = f"what is stored of the run cannot be read: {run.unreadable}"
            return RunFailure(UnreadableRun.__name__, message)
        if run.cancel_requested:
            return RunFailure("RunCancelled", "the run was cancelled")
        if not run.request.is_background:
            return RunFailure("ServiceEnded", "the service stopped while the run was active")
        if run.failed_attempts >= self._most_attempts:
            times = run.failed_attempts
            message = f"the service or its database stopped {times} times while the run was active"
            return RunFailure("TooManyAttempts", f"{message} (FANJOIN_MAX_RUN_ATTEMPTS)")
        if run.request.lacks_secrets:
            message = "an earlier version stored the run and masked its secrets: send it again"
            return RunFailure("SecretsMasked", message)
        if run.graph_id not in self._registry and run.graph_id not in self._registry.excluded:
            return RunFailure("GraphNotFound", f"there is no graph {run.graph_id!r} any more")
        return None

    async def _end(self, run: Run, failure: RunFailure) -> Run | None:
        """End a run with a report of what its earlier attempts emitted."""
        is_known = run.graph_id in self._registry
        shape = self._registry[run.graph_id].shape if is_known else Shape({}, [], [])
        recorder = Recorder(shape, {}, self._redact, lambda *_: None)
        recorder.restore(await self._finished_branches(run), {})
        if run.attempt > 0:
            recorder.warn("the report covers only events stored before the service stopped")
        was_cancelled = failure.type == "RunCancelled"
        report = recorder.close(has_ended=False)
        ended = replace(
            run,
            status=RunStatus.CANCELLED if was_cancelled else RunStatus.ERROR,
            failure=failure,
            report=report,
            branch_stats=list(counted(recorder.rows, report["critical_path"])),
        )
        stored = await self._completion.complete_orphan(ended)
        if stored is not None:
            log_failure(stored)
        return stored

    async def _finished_branches(self, run: Run) -> list[dict[str, Any]]:
        try:
            return finished_branches(await self._runs.events(run.id, 0))
        except (UnreadableRun, EventsGone):
            return []
