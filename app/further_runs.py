"""What a further run is asked, from the one before it: the answer to its question, or a retry."""

from dataclasses import replace
from typing import Any

from langgraph.types import Command

from app.errors import CannotResume, CannotRetry, InvalidInput
from app.runs import RunStatus
from app.started_runs import RunRequest, StartedRun


def retry_of(started: StartedRun) -> RunRequest:
    """Ask for the same again; what settled branches wrote is handed down.

    Without the kit a graph on a thread goes on from its checkpoint.

    Raises:
        CannotRetry: the run is at work, has nothing that failed, or left nothing to go on from.
    """
    run, asked = started.run, started.request
    if not started.is_over:
        raise CannotRetry(f"run {run.id} is still at work: wait for its end, or cancel it first")
    if run.status is RunStatus.INTERRUPTED:
        raise CannotRetry(f"run {run.id} waits for an answer: send it to /runs/{run.id}/resume")
    if not run.can_be_retried:
        raise CannotRetry(f"run {run.id} succeeded, with nothing that failed")
    again = replace(asked, retry_of=run.id, resume_of=None, deadline=None)
    if started.entry.shape.has_fan_out and asked.resume_of is None:
        return replace(again, reuse=started.settled)
    if asked.thread_id is not None:
        return replace(again, graph_input=None)
    raise CannotRetry(
        f"run {run.id} was on no thread, and its graph does not use add_fan_out: nothing was kept "
        f"to go on from. Run it again with invoke, or on a thread_id"
    )


def resume_of(started: StartedRun, answer: Any) -> RunRequest:
    """Ask to go on with the answer to one question, or with one per question by its id.

    Raises:
        CannotResume: the run asks nothing, or was on no thread.
        InvalidInput: it asks several questions and the answer does not name them.
    """
    run, asked = started.run, started.request
    if run.status is not RunStatus.INTERRUPTED:
        raise CannotResume(f"run {run.id} asks nothing: it is {run.status}")
    if asked.thread_id is None:
        raise CannotResume(
            f"run {run.id} was on no thread, so nothing was kept to go on from: start it with a "
            f"thread_id"
        )
    ids = [asked["id"] for asked in run.interrupts]
    names_them = isinstance(answer, dict) and answer and set(answer) <= set(ids)
    if len(ids) > 1 and not names_them:
        message = f"the run asks {len(ids)} questions: answer by id, of {', '.join(ids)}"
        raise InvalidInput([{"place": "resume", "message": message, "given": repr(answer)[:100]}])
    command: Command[Any] = Command(resume=answer)
    return replace(asked, graph_input=command, resume_of=run.id, retry_of=None, deadline=None)
