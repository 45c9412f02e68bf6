"""Why a run failed, in words that name the branch, the key and the mend."""

import logging
import re
from collections.abc import Sequence
from typing import Any

from langgraph.errors import InvalidUpdateError
from pydantic import BaseModel, ValidationError

from app.report.recorder import Recorder
from app.report.rows import Row
from app.runs.run import Run, RunFailure


class InvalidOutput(Exception):
    """A graph ended without the output it declares."""


def check_output(model: type[BaseModel], state: dict[str, Any]) -> BaseModel:
    """Return a run's output; raise InvalidOutput naming each key that is missing or wrong."""
    try:
        return model.model_validate(state, by_name=True)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        )
        raise InvalidOutput(f"the graph ended without its output ({wrong})") from error


def failure_of(error: BaseException, recorder: Recorder) -> RunFailure:
    """Return what a caller is told of the error that ended a run."""
    if isinstance(error, InvalidOutput):
        return _failure(recorder, "InvalidOutput", str(error))
    if isinstance(error, InvalidUpdateError):
        return _explain_clash(error, recorder)
    return _blame(error, recorder)


def was_cut_off(error: BaseException) -> bool:
    """Whether the kit says that a deadline ended a branch the run could not do without."""
    outcomes = getattr(error, "outcomes", None)
    if not isinstance(outcomes, dict):
        return False
    causes = [outcome.get("error") or {} for outcome in outcomes.values()]
    return any(cause.get("type") == "DeadlinePassed" for cause in causes)


def lateness(recorder: Recorder, seconds: float) -> RunFailure:
    """Say which branches a run that took too long was waiting for."""
    at_work = [
        row.id
        for row in recorder.rows
        if row.started is not None and row.ended is None and not row.has_inner_rows
    ]
    message = f"stopped after {seconds:g} s, while {', '.join(at_work) or 'nothing'} was at work"
    return _failure(recorder, "RunTimeout", message, at_work[0] if at_work else None)


def _blame(error: BaseException, recorder: Recorder) -> RunFailure:
    """Say which branch or node failed the run, and why."""
    rows = recorder.rows
    causes = [row for row in rows if row.required and row.status in ("failed", "timeout")]
    causes = causes or [r for r in rows if r.status == "failed" and r.required is not False]
    kind, message = type(error).__name__, str(error)
    if not causes:
        return _failure(recorder, kind, message)
    cause = max(causes, key=lambda row: (len(row.path), -(row.ended or 0.0)))
    if cause.required and cause.error is not None:
        kind, message = cause.error["type"], cause.error["message"]
    return _failure(recorder, kind, message, cause.id)


def _explain_clash(error: InvalidUpdateError, recorder: Recorder) -> RunFailure:
    """Name the key, the nodes and the mend when two nodes of one step write one key."""
    found = re.search(r"At key '([^']+)'", str(error))
    if found is None:
        return _blame(error, recorder)
    key = found.group(1)
    writers = ", ".join(_writers_of(key, recorder.rows)) or "several nodes"
    return _failure(
        recorder,
        "InvalidUpdateError",
        f"{writers} wrote the state key {key!r} in one step, and it has no reducer: annotate it, "
        f"for branches with Annotated[dict[str, …], by_branch]",
    )


def _failure(recorder: Recorder, kind: str, message: str, branch: str | None = None) -> RunFailure:
    return RunFailure(kind, recorder.redact(message), branch)


def _writers_of(key: str, rows: Sequence[Row]) -> list[str]:
    """Return the ids of the rows that wrote a state key in the last superstep there was."""
    last = max((row.step for row in rows), default=0)
    return [
        row.id
        for row in rows
        if row.step == last and isinstance(row.result, dict) and key in row.result
    ]


logger = logging.getLogger(__name__)


def log_failure(run: Run, failure: RunFailure, error: BaseException | None = None) -> None:
    fields = {"graph_id": run.graph_id, "run_id": run.id, "branch": failure.branch}
    reason = f"{failure.type}: {failure.message}"
    logger.warning("run failed", extra={**fields, "status": run.status, "error": reason})
    logger.debug("traceback of the failed run", exc_info=error, extra=fields)
