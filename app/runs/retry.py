"""What a further run is asked, from the one before it: the answer to its question, or a retry."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.errors import CannotResume, CannotRetry, CheckpointNotFound, InvalidInput
from app.graphs.registry import GraphEntry
from app.runs.record import RunRecord
from app.runs.request import RunRequest, request_of
from app.runs.run import RunStatus
from app.storage.checkpoints import Checkpoints, thread_key


def retry_of(
    entry: GraphEntry, record: RunRecord, *, settled: Mapping[str, Any], is_last: bool
) -> RunRequest:
    """Ask for the same again; what settled branches wrote is handed down.

    Without the kit a graph on a thread goes on from its checkpoint; `is_last` tells whether that
    is still where this run left it.

    Raises:
        CannotRetry: the run is at work, has nothing that failed, or left nothing to go on from.
        InvalidInput: the graph has changed, and takes this input no longer.
    """
    run = record.run
    if not run.is_over:
        raise CannotRetry(f"run {run.id} is still at work: wait for its end, or cancel it first")
    if run.status is RunStatus.INTERRUPTED:
        raise CannotRetry(f"run {run.id} waits for an answer: send it to /runs/{run.id}/resume")
    if not run.can_be_retried:
        raise CannotRetry(f"run {run.id} succeeded, with nothing that failed")
    if entry.shape.has_fan_out and run.resume_of is None:
        return replace(_asked_again(entry, record), retry_of=run.id, reuse=settled)
    if run.thread_id is None:
        raise CannotRetry(
            f"run {run.id} was on no thread, and its graph does not use add_fan_out: nothing was "
            f"kept to go on from. Run it again with invoke, or on a thread_id"
        )
    if not is_last:
        raise CannotRetry(_moved_on(record))
    again = _asked_again(entry, record, {"input": None})
    return replace(again, retry_of=run.id, checkpoint_id=None)


def resume_of(entry: GraphEntry, record: RunRecord, answer: Any, *, is_last: bool) -> RunRequest:
    """Ask to go on with the answer to one question, or with one per question by its id.

    Raises:
        CannotResume: the run asks nothing, was on no thread, or is not the thread's last.
        InvalidInput: it asks several questions and the answer does not name them.
    """
    run = record.run
    if run.status is not RunStatus.INTERRUPTED:
        raise CannotResume(f"run {run.id} asks nothing: it is {run.status}")
    if run.thread_id is None:
        raise CannotResume(
            f"run {run.id} was on no thread, so nothing was kept to go on from: start it with a "
            f"thread_id"
        )
    if not is_last:
        raise CannotResume(_moved_on(record))
    ids = [asked["id"] for asked in run.interrupts]
    names_them = isinstance(answer, dict) and answer and set(answer) <= set(ids)
    if len(ids) > 1 and not names_them:
        message = f"the run asks {len(ids)} questions: answer by id, of {', '.join(ids)}"
        raise InvalidInput([{"place": "resume", "message": message, "given": repr(answer)[:100]}])
    again = _asked_again(entry, record, {"resume": answer})
    return replace(again, resume_of=run.id, checkpoint_id=None)


def _asked_again(
    entry: GraphEntry, record: RunRecord, instead: Mapping[str, Any] | None = None
) -> RunRequest:
    """Return what a run was asked, without what was said of that run alone."""
    asked = dict(record.asked)
    if instead is not None:
        asked = {key: value for key, value in asked.items() if key not in ("input", "resume")}
    request = request_of(entry, replace(record, asked={**asked, **(instead or {})}))
    return replace(
        request, retry_of=None, resume_of=None, deadline=None, key=None, request_hash=None
    )


def _moved_on(record: RunRecord) -> str:
    thread_id = record.run.thread_id
    return f"thread {thread_id!r} has moved on since run {record.run.id}: start a new run on it"


async def require_checkpoint(checkpoints: Checkpoints, graph_id: str, asked: RunRequest) -> None:
    """See that the checkpoint to go on from is there: LangGraph would begin with nothing.

    Raises:
        CheckpointNotFound: this graph has no such checkpoint on the thread.
    """
    if asked.checkpoint_id is None or asked.thread_id is None:
        return
    place = {
        "thread_id": thread_key(asked.owner, graph_id, asked.thread_id),
        "checkpoint_ns": "",
        "checkpoint_id": asked.checkpoint_id,
    }
    if await checkpoints.saver.aget_tuple({"configurable": place}) is None:
        raise CheckpointNotFound(
            f"{graph_id} has no checkpoint {asked.checkpoint_id!r} on thread {asked.thread_id!r}"
        )
