"""Runs that a process left unfinished: background ones continue, the others end as failed."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.errors import EventsGone, StorageUnavailable, UnreadableRun
from app.execution.boundary import Watch, contain
from app.execution.completion import Completion
from app.execution.outcome import log_failure
from app.execution.runner import Runner
from app.graphs.registry import GraphEntry
from app.graphs.shape import Shape
from app.redaction import redactor
from app.report.recorder import Recorder
from app.runs.events import finished_branches
from app.runs.repository import RunRepository
from app.runs.run import Run, RunFailure, RunStatus
from app.settings import Settings

logger = logging.getLogger(__name__)


class Recovery:
    """Decides what becomes of a run that no process executes."""

    def __init__(
        self,
        settings: Settings,
        *,
        registry: Mapping[str, GraphEntry],
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

    async def recover(self, run: Run) -> None:
        """Continue a run whose new attempt is counted already, or end it.

        Raises:
            StorageUnavailable: the run stays as it is, for another time.
        """
        failure = self._obstacle(run)
        if failure is None:
            try:
                entry = self._registry[run.graph_id]
                await contain(self._runner.recover(entry, run), Watch())
            except StorageUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  # one run's request must not stop the others
                failure = RunFailure(type(error).__name__, self._redact(str(error)))
        if failure is not None:
            await self._end(run, failure)
            return
        fields = {"graph_id": run.graph_id, "run_id": run.id, "attempt": run.attempt}
        logger.info("run recovered", extra=fields)

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
        if run.graph_id not in self._registry:
            return RunFailure("GraphNotFound", f"there is no graph {run.graph_id!r} any more")
        return None

    async def _end(self, run: Run, failure: RunFailure) -> None:
        """End a run with a report of what its earlier attempts emitted."""
        is_known = run.graph_id in self._registry
        shape = self._registry[run.graph_id].shape if is_known else Shape({}, [], [])
        recorder = Recorder(shape, {}, self._redact, lambda *_: None)
        recorder.restore(await self._finished_branches(run), {})
        recorder.warn("the report covers only events stored before the service stopped")
        was_cancelled = failure.type == "RunCancelled"
        ended = replace(
            run,
            status=RunStatus.CANCELLED if was_cancelled else RunStatus.ERROR,
            failure=failure,
            report=recorder.close(has_ended=False),
        )
        await self._completion.complete_orphan(ended)
        log_failure(ended)

    async def _finished_branches(self, run: Run) -> dict[str, dict[str, Any]]:
        try:
            return finished_branches(await self._runs.events(run.id, 0))
        except (UnreadableRun, EventsGone):
            return {}
