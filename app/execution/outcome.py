"""How a run ended: its status, and for a failure what failed and how to fix it."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from traceback import walk_tb
from typing import Any

from langgraph.errors import GraphRecursionError, InvalidUpdateError
from pydantic import ValidationError

from app.errors import NeedsThread, UnstorableValue
from app.execution.blame import blame_for, causes_of, raised_in
from app.graphs.contracts import InvalidOutput
from app.graphs.namespaces import is_within
from app.plain_json import error_text, named_error, type_name
from app.problem_texts import cut_list
from app.report.recorder import Recorder
from app.report.rows import Row
from app.runs.run import OF_STORAGE, Run, RunFailure, RunStatus

logger = logging.getLogger(__name__)

_BEFORE_TASK = re.compile(r"Before task with name '([^']+)'")
"""LangGraph's note on an error of reading the state for a node."""

_MOST_NOTES = 100

_LONGEST_NOTE = 1000

_OF_WRITES = {"_proc_input", "apply_writes", "read_channels", "read_channel"}
"""Functions of LangGraph."""


def conclude(
    run: Run, recorder: Recorder, error: BaseException | None, *, timeout: float | None
) -> Run:
    """Return a run as it ended, with its status and its report, and log a failure.

    `timeout` is the limit in seconds that stopped the run, None where no limit did.
    """
    failure: RunFailure | None = None
    if error is None:
        status = RunStatus.INTERRUPTED if run.is_paused else RunStatus.SUCCESS
    elif timeout is not None:
        status, failure = RunStatus.TIMEOUT, _timeout_failure(recorder, timeout)
    elif isinstance(error, asyncio.CancelledError):
        status, failure = RunStatus.CANCELLED, RunFailure("RunCancelled", "the run was cancelled")
    else:
        status, failure = _read(error, recorder)
    has_ended = error is None or isinstance(error, InvalidOutput)
    is_paused = run.is_paused if error is None else isinstance(error, NeedsThread)
    report = recorder.close(has_ended=has_ended, is_paused=is_paused)
    ended = replace(run, status=status, failure=failure, report=report)
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
        return _explain(error, recorder)
    except BaseException:  # noqa: BLE001  # its attributes are the author's
        place = raised_in(error, recorder.rows_by_ns)
        branch = None if place is None else recorder.rows_by_ns[place].id
        return RunStatus.ERROR, _failure(recorder, error, error_text(error), branch)


def _explain(error: BaseException, recorder: Recorder) -> tuple[RunStatus, RunFailure]:
    """Return what the error of a run becomes; one that names no place is a row's."""
    explain = next((known for kind, known in _EXPLAINED if isinstance(error, kind)), None)
    failure = None if explain is None else explain(error, recorder)
    if failure is None and (reader := _node_that_cannot_read(error)) is not None:
        failure = _explain_state(error, reader, recorder)
    if failure is not None:
        return RunStatus.ERROR, failure
    blame = blame_for(error, recorder.rows_by_ns)
    if blame is None:
        return RunStatus.ERROR, _blame_writes(recorder, error, error_text(error))
    failure = RunFailure(blame.error["type"], recorder.redact(blame.error["message"]), blame.branch)
    return RunStatus.TIMEOUT if blame.is_deadline else RunStatus.ERROR, failure


def _timeout_failure(recorder: Recorder, seconds: float) -> RunFailure:
    """Name the branches that a run was waiting for when its time was up."""
    running = [
        row.id
        for row in recorder.rows
        if row.started is not None and row.ended is None and not row.has_inner_rows
    ]
    message = f"stopped after {seconds:g} s, while {', '.join(running) or 'nothing'} was running"
    branch = running[0] if running else None
    return RunFailure("RunTimeout", recorder.redact(message), branch)


def _node_that_cannot_read(error: BaseException) -> str | None:
    """Return the node whose state could not be made of what was written; None for other errors."""
    for known in causes_of(error):
        for note in islice(getattr(known, "__notes__", ()), _MOST_NOTES):
            if isinstance(note, str) and (match := _BEFORE_TASK.search(note[:_LONGEST_NOTE])):
                return match.group(1)
    return None


def _explain_state(error: BaseException, reader: str, recorder: Recorder) -> RunFailure:
    """Name the keys that do not fit the state's schema, and the nodes that wrote them."""
    if not isinstance(error, ValidationError) or not all(one["loc"] for one in error.errors()):
        said = f"the state does not fit node {reader!r}: {named_error(error)}"
        return _blame_last_step(recorder, error, said)
    wrong = [(str(one["loc"][0]), one["msg"]) for one in error.errors(include_context=False)]
    said = cut_list(
        [
            f"{key!r}, which {_last_writer(key, recorder.rows) or 'the input'} wrote: {message}"
            for key, message in dict.fromkeys(wrong)
        ]
    )
    writer = next(filter(None, (_last_writer(key, recorder.rows) for key, _ in wrong)), None)
    message = f"the state does not fit node {reader!r}: {said}"
    return _failure(recorder, error, message, writer)


def _blame_writes(recorder: Recorder, error: BaseException, said: str) -> RunFailure:
    """Blame the last step for an error that comes from its writes, and nobody for another."""
    explain = _blame_last_step if _comes_from_writes(error) else _failure
    return explain(recorder, error, said)


def _blame_last_step(recorder: Recorder, error: BaseException, said: str) -> RunFailure:
    """Say which nodes of the last step wrote what."""
    last = max((row.step for row in recorder.rows if not row.parent), default=0)
    rows = [row for row in recorder.rows if row.step == last and not row.parent]
    wrote = [
        f"{row.id} wrote {', '.join(map(repr, row.result))}"
        for row in rows
        if isinstance(row.result, dict) and row.result
    ]
    message = f"{said}; {'; '.join(wrote)}" if wrote else said
    return _failure(recorder, error, message, rows[0].id if len(rows) == 1 else None)


def _comes_from_writes(error: BaseException) -> bool:
    """Whether it was raised while LangGraph applied what the nodes wrote, or read it again."""
    return any(
        frame.f_code.co_name in _OF_WRITES and "langgraph" in frame.f_code.co_filename
        for known in causes_of(error)
        for frame, _ in walk_tb(known.__traceback__)
    )


def _explain_storage(error: BaseException, recorder: Recorder) -> RunFailure:
    return _failure(recorder, error, str(error))


def _explain_output(error: InvalidOutput, recorder: Recorder) -> RunFailure:
    """Name the nodes that wrote the keys which do not fit the output's schema."""
    writers = {key: _last_writer(key, recorder.rows) for key in error.keys}
    said = ", ".join(f"{writer} wrote {key!r}" for key, writer in writers.items() if writer)
    message = f"{error}; {said}" if said else str(error)
    writer = next(filter(None, writers.values()), None)
    return _failure(recorder, error, message, writer)


def _explain_unstorable(error: UnstorableValue, recorder: Recorder) -> RunFailure:
    """Name the node that wrote what no checkpoint can hold."""
    own = [row.id for row in recorder.rows if error.node is not None and row.path[-1] == error.node]
    writer = own[-1] if own else _last_writer(error.key, recorder.rows)
    said = str(error) if writer is None else f"{writer} wrote {error}"
    return _failure(recorder, error, said, writer)


def _explain_recursion(error: BaseException, recorder: Recorder) -> RunFailure:
    """Name the node of a graph within, or the last of all."""
    rows = recorder.rows_by_ns
    place = raised_in(error, rows) or next(reversed(list(rows)), None)
    return _failure(recorder, error, str(error), None if place is None else rows[place].id)


def _explain_clash(error: InvalidUpdateError, recorder: Recorder) -> RunFailure | None:
    """Name the key, the nodes and the fix when two nodes of one step write one key."""
    match = re.search(r"At key '([^']+)'", str(error))
    if match is None:
        return None
    key, place = match.group(1), raised_in(error, recorder.rows_by_ns)
    rows = [
        row
        for ns, row in recorder.rows_by_ns.items()
        if (place is None and not row.parent) or (place and ns != place and is_within(ns, place))
    ]
    writers = ", ".join(_writers_of(key, rows)) or "several nodes"
    return _failure(
        recorder,
        error,
        f"{writers} wrote the state key {key!r} in one step, and it has no reducer: annotate it, "
        f"for branches with Annotated[dict[str, …], by_branch]",
        None if place is None else recorder.rows_by_ns[place].id,
    )


_EXPLAINED: tuple[tuple[Any, Callable[[Any, Recorder], RunFailure | None]], ...] = (
    (tuple(OF_STORAGE), _explain_storage),
    (InvalidOutput, _explain_output),
    (UnstorableValue, _explain_unstorable),
    (GraphRecursionError, _explain_recursion),
    (InvalidUpdateError, _explain_clash),
)


def _last_writer(key: str, rows: Sequence[Row]) -> str | None:
    """Return the id of the row that wrote a state key last."""
    wrote = [row for row in rows if isinstance(row.result, dict) and key in row.result]
    last = max(wrote, key=lambda row: (row.ended or 0.0, len(row.path)), default=None)
    return None if last is None else last.id


def _writers_of(key: str, rows: Sequence[Row]) -> list[str]:
    """Return the ids of the rows that wrote a state key in the last superstep there was."""
    last = max((row.step for row in rows), default=0)
    return [
        row.id
        for row in rows
        if row.step == last and isinstance(row.result, dict) and key in row.result
    ]


def _failure(
    recorder: Recorder, error: BaseException, message: str, branch: str | None = None
) -> RunFailure:
    return RunFailure(type_name(error), recorder.redact(message), branch)
