"""How a run ends: what is told last, and what it leaves its thread as."""

import logging
from typing import Any

from app.errors import ServiceError, problem_of
from app.events import EventType
from app.runs import Run, RunFailure, RunStatus

logger = logging.getLogger(__name__)


def last_events(
    run: Run, not_kept: ServiceError | None = None
) -> list[tuple[EventType, dict[str, Any]]]:
    """Return the events of a run that is over, in order; `not_kept` says why nobody can read it."""
    events: list[tuple[EventType, dict[str, Any]]] = []
    if run.output is not None:
        events.append(("output", {"output": run.output}))
    ending = {
        "status": run.status,
        "degraded": run.is_degraded,
        "error": problem_of(not_kept) if not_kept is not None else run.problem,
        "interrupts": run.interrupts,
    }
    return [*events, ("report", run.report), ("end", ending)]


def thread_status_of(run: Run) -> str | None:
    """Return what a run that is over leaves its thread as, in LangGraph's words."""
    if run.thread_id is None:
        return None
    match run.status:
        case RunStatus.INTERRUPTED:
            return "interrupted"
        case RunStatus.ERROR | RunStatus.TIMEOUT:
            return "error"
        case _:
            return "idle"


def log_failure(run: Run, failure: RunFailure, error: BaseException | None = None) -> None:
    fields = {"graph_id": run.graph_id, "run_id": run.id, "branch": failure.branch}
    reason = f"{failure.type}: {failure.message}"
    logger.warning("run failed", extra={**fields, "status": run.status, "error": reason})
    logger.debug("traceback of the failed run", exc_info=error, extra=fields)
