"""How a run ended: its status, and for a failure what failed and how to fix it."""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from langgraph.errors import GraphRecursionError, InvalidUpdateError
from pydantic import ValidationError

from app.errors import ServiceError
from app.execution.boundary import ordinary
from app.graphs.contracts import InvalidOutput
from app.plain_json import named_error
from app.report.recorder import Recorder
from app.report.rows import Row
from app.runs.run import OF_STORAGE, Run, RunFailure, RunStatus

logger = logging.getLogger(__name__)

_BEFORE_TASK = re.compile(r"Before task with name '([^']+)'")
"""LangGraph's note on an error of reading the state for a node."""


def conclude(
    run: Run, recorder: Recorder, error: BaseException | None, *, timeout: float | None
) -> Run:
    """Return a run as it ended, with its status and its report, and log a failure.

    `timeout` is the limit in seconds that stopped the run, None where no limit did.
    """
    failure: RunFailure | None = None
    if error is None:
        status = RunStatus.INTERRUPTED if run.interrupts else RunStatus.SUCCESS
    elif timeout is not None:
        status, failure = RunStatus.TIMEOUT, _timeout_failure(recorder, timeout)
    elif isinstance(error, asyncio.CancelledError):
        status, failure = RunStatus.CANCELLED, RunFailure("RunCancelled", "the run was cancelled")
    else:
        status, failure = _read(error, recorder)
    has_ended = error is None or isinstance(error, InvalidOutput)
    ended = replace(run, status=status, failure=failure, report=recorder.close(has_ended=has_ended))
    log_failure(ended, error)
    return ended


def log_failure(run: Run, error: BaseException | None = None) -> None:
    """Log why a run failed; nothing for one that did not."""
    if (failure := run.failure) is None:
        return
    fields = {"graph_id": run.graph_id, "run_id": run.id, "branch": failure.branch}
    reason = f"{failure.type}: {failure.message}"
    logger.warning("run failed", extra={**fields, "status": run.status, "error": reason})
    logger.debug("traceback of the failed run", exc_info=error, extra=fields)


def _read(error: BaseException, recorder: Recorder) -> tuple[RunStatus, RunFailure]:
    """Return the status and the failure of a run that an error ended, whatever the error is."""
    try:
        status = RunStatus.TIMEOUT if _was_cut_off(error) else RunStatus.ERROR
        return status, _failure_of(error, recorder)
    except BaseException:  # noqa: BLE001  # its attributes and its text are the author's
        return RunStatus.ERROR, _blame(ordinary(error), recorder)


def _failure_of(error: BaseException, recorder: Recorder) -> RunFailure:
    """Return the failure that the error of a run becomes."""
    if isinstance(error, tuple(OF_STORAGE)):
        return _failure(recorder, type(error).__name__, str(error))
    if isinstance(error, InvalidOutput):
        return _explain_output(error, recorder)
    if isinstance(error, InvalidUpdateError):
        return _explain_clash(error, recorder)
    if (reader := _node_that_cannot_read(error)) is not None:
        return _explain_state(error, reader, recorder)
    if isinstance(error, GraphRecursionError):
        last = recorder.rows[-1].id if recorder.rows else None
        return _failure(recorder, "GraphRecursionError", str(error), last)
    return _blame(error, recorder)


def _was_cut_off(error: BaseException) -> bool:
    """Whether the kit says that a deadline stopped a required branch."""
    outcomes = getattr(error, "outcomes", None)
    if not isinstance(outcomes, dict):
        return False
    causes = [outcome.get("error") or {} for outcome in outcomes.values()]
    return any(cause.get("type") == "DeadlinePassed" for cause in causes)


def _timeout_failure(recorder: Recorder, seconds: float) -> RunFailure:
    """Name the branches that a run was waiting for when its time was up."""
    running = [
        row.id
        for row in recorder.rows
        if row.started is not None and row.ended is None and not row.has_inner_rows
    ]
    message = f"stopped after {seconds:g} s, while {', '.join(running) or 'nothing'} was running"
    return _failure(recorder, "RunTimeout", message, running[0] if running else None)


def _blame(error: BaseException, recorder: Recorder) -> RunFailure:
    """Say which branch or node failed the run, and why."""
    rows = recorder.rows
    causes = [row for row in rows if row.required and row.status in ("failed", "timeout")]
    causes = causes or [r for r in rows if r.status == "failed" and r.required is not False]
    kind, message = type(error).__name__, str(error) or type(error).__name__
    if not causes:
        return _blame_last_step(error, recorder, message)
    cause = max(causes, key=lambda row: (len(row.path), -(row.ended or 0.0)))
    if cause.required and cause.error is not None:
        kind, message = cause.error["type"], cause.error["message"]
    return _failure(recorder, kind, message, cause.id)


def _node_that_cannot_read(error: BaseException) -> str | None:
    """Return the node whose state could not be made of what was written; None for other errors."""
    notes = " ".join(getattr(error, "__notes__", ()))
    match = _BEFORE_TASK.search(notes)
    return match.group(1) if match is not None else None


def _explain_state(error: BaseException, reader: str, recorder: Recorder) -> RunFailure:
    """Name the keys that do not fit the state's schema, and the nodes that wrote them."""
    if not isinstance(error, ValidationError) or not all(one["loc"] for one in error.errors()):
        said = f"the state does not fit node {reader!r}: {named_error(error)}"
        return _blame_last_step(error, recorder, said)
    wrong = [(str(one["loc"][0]), one["msg"]) for one in error.errors(include_context=False)]
    said = "; ".join(
        f"{key!r}, which {_last_writer(key, recorder.rows) or 'the input'} wrote: {message}"
        for key, message in wrong
    )
    writer = next(filter(None, (_last_writer(key, recorder.rows) for key, _ in wrong)), None)
    message = f"the state does not fit node {reader!r}: {said}"
    return _failure(recorder, type(error).__name__, message, writer)


def _blame_last_step(error: BaseException, recorder: Recorder, said: str) -> RunFailure:
    """Say which nodes wrote what, when an error comes from their writes and not from a node."""
    kind = type(error).__name__
    if isinstance(error, ServiceError):
        return _failure(recorder, kind, said)
    last = max((row.step for row in recorder.rows if not row.parent), default=0)
    rows = [row for row in recorder.rows if row.step == last and not row.parent]
    wrote = [
        f"{row.id} wrote {', '.join(map(repr, row.result))}"
        for row in rows
        if isinstance(row.result, dict) and row.result
    ]
    message = f"{said}; {'; '.join(wrote)}" if wrote else said
    return _failure(recorder, kind, message, rows[0].id if len(rows) == 1 else None)


def _explain_output(error: InvalidOutput, recorder: Recorder) -> RunFailure:
    """Name the nodes that wrote the keys which do not fit the output's schema."""
    writers = {key: _last_writer(key, recorder.rows) for key in error.keys}
    said = ", ".join(f"{writer} wrote {key!r}" for key, writer in writers.items() if writer)
    message = f"{error}; {said}" if said else str(error)
    writer = next(filter(None, writers.values()), None)
    return _failure(recorder, "InvalidOutput", message, writer)


def _last_writer(key: str, rows: Sequence[Row]) -> str | None:
    """Return the id of the row that wrote a state key last."""
    wrote = [row for row in rows if isinstance(row.result, dict) and key in row.result]
    last = max(wrote, key=lambda row: (row.ended or 0.0, len(row.path)), default=None)
    return None if last is None else last.id


def _explain_clash(error: InvalidUpdateError, recorder: Recorder) -> RunFailure:
    """Name the key, the nodes and the fix when two nodes of one step write one key."""
    match = re.search(r"At key '([^']+)'", str(error))
    if match is None:
        return _blame(error, recorder)
    key = match.group(1)
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
