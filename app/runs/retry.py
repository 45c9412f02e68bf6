"""Requests that follow an earlier run: a retry, the answer to its question, a fork."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.pregel._utils import is_xxh3_128_hexdigest

from app.errors import CannotResume, CannotRetry, CheckpointNotFound, InvalidInput
from app.graphs.registry import GraphEntry
from app.plain_json import as_json, require_bounded
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.storage.checkpoints import Checkpoints

logger = logging.getLogger(__name__)


def retry_request(
    entry: GraphEntry, run: Run, *, reuse: Mapping[str, Any], is_last: bool, is_stored: bool
) -> RunRequest:
    """Repeat a run's request; what branches that succeeded wrote is reused.

    Without the kit a graph on a thread continues from its checkpoint; `is_last` says whether this
    run is still the thread's last one, `is_stored` whether its input is in the checkpoint. A run
    that ended before it began left none: its request is repeated.

    Raises:
        CannotRetry: the run is not over, nothing of it failed, or it left nothing to continue from.
    """
    if not run.is_over:
        raise CannotRetry(f"run {run.id} is still running: wait for its end, or cancel it first")
    if run.status is RunStatus.INTERRUPTED:
        raise CannotRetry(f"run {run.id} waits for an answer: send it to /runs/{run.id}/resume")
    if not run.can_be_retried:
        raise CannotRetry(f"run {run.id} succeeded, with nothing that failed")
    if entry.shape.has_fan_out and run.request.resume_of is None:
        return replace(_repeat(run), retry_of=run.id, reuse=reuse)
    if run.thread_id is None:
        raise CannotRetry(
            f"run {run.id} was on no thread, and its graph does not use add_fan_out: nothing was "
            f"stored to continue from. Run it again with invoke, or on a thread_id"
        )
    if not is_last:
        raise CannotRetry(_moved_on(run))
    if not is_stored and run.request.answers is None:
        return replace(_repeat(run), retry_of=run.id)
    return _continue(run, retry_of=run.id)


def resume_request(run: Run, answer: Any, *, is_last: bool) -> RunRequest:
    """Continue a run with the answer to its question, or with one answer per question by its id.

    Raises:
        CannotResume: the run has no question, was on no thread, or is not the thread's last.
        InvalidInput: the answer names other questions, or does not name several.
    """
    if run.status is not RunStatus.INTERRUPTED:
        raise CannotResume(f"run {run.id} waits for no answer: it is {run.status}")
    if run.thread_id is None:
        raise CannotResume(
            f"run {run.id} was on no thread, so nothing was stored to continue from: start it with "
            f"a thread_id"
        )
    if not is_last:
        raise CannotResume(_moved_on(run))
    return _continue(run, answers=_answers_of(run, answer), resume_of=run.id)


def _answers_of(run: Run, answer: Any) -> dict[str, Any]:
    """Return the answers by the ids of their questions; null and empty ones are answers, too."""
    require_bounded(answer, "resume")
    ids = [question["id"] for question in run.interrupts]
    if isinstance(answer, dict) and answer and set(answer) <= set(ids):
        return answer
    if len(ids) == 1 and not _names_questions(answer):
        return {ids[0]: answer}
    questions = "1 question" if len(ids) == 1 else f"{len(ids)} questions"
    message = f"the run has {questions}: answer by id, of {', '.join(ids)}"
    raise InvalidInput.at("resume", message, given=repr(answer)[:100])


def _names_questions(answer: Any) -> bool:
    """Whether LangGraph takes an answer for answers by id; the ids may be those of other questions.

    As the value of the one question it would be what the caller meant for another.
    """
    return isinstance(answer, dict) and bool(answer) and all(map(is_xxh3_128_hexdigest, answer))


async def require_checkpoint(checkpoints: Checkpoints, request: RunRequest) -> None:
    """Check that the checkpoint to fork from exists: LangGraph would start with an empty state.

    Raises:
        CheckpointNotFound: the thread has no such checkpoint.
    """
    thread_id, checkpoint_id = request.thread_id, request.checkpoint_id
    if checkpoint_id is None or thread_id is None:
        return
    at = {"thread_id": thread_id, "checkpoint_ns": "", "checkpoint_id": checkpoint_id}
    if await checkpoints.of(request.owner).aget_tuple({"configurable": at}) is None:
        raise CheckpointNotFound(f"thread {thread_id!r} has no checkpoint {checkpoint_id!r}")


def load_reusable(run: Run, serde: SerializerProtocol) -> dict[str, Any]:
    """Return what branches of a run wrote that succeeded, by the kit's key.

    Nothing where it cannot be read: then they run again.
    """
    if run.reusable_writes is None:
        return {}
    try:
        return dict(serde.loads_typed(run.reusable_writes))
    except Exception as error:  # noqa: BLE001  # damaged bytes, and types of the graph's author
        fields = {"graph_id": run.graph_id, "run_id": run.id, "error": as_json(error)}
        logger.warning("what the branches wrote cannot be read for a retry", extra=fields)
        return {}


def dump_reusable(
    run: Run, writes: Mapping[str, Any], serde: SerializerProtocol
) -> tuple[str, bytes] | None:
    """Return what `load_reusable` reads; None where it cannot be stored: a retry runs them all."""
    try:
        return serde.dumps_typed(writes) if writes else None
    except BaseException as error:  # noqa: BLE001  # the values' own code may end in anything
        fields = {"graph_id": run.graph_id, "run_id": run.id, "error": as_json(error)}
        logger.warning("what the branches wrote cannot be stored for a retry", extra=fields)
        return None


def _repeat(run: Run) -> RunRequest:
    """Return a run's request without what concerned that run alone."""
    if run.request.lacks_secrets:
        raise CannotRetry(
            f"run {run.id} was stored by an earlier version, which masked its secrets: send its "
            f"request again"
        )
    return replace(
        run.request,
        retry_of=None,
        resume_of=None,
        answers=None,
        deadline=None,
        idempotency_key=None,
        reuse={},
    )


def _continue(run: Run, **links: Any) -> RunRequest:
    """Return a request that continues where the run left its thread."""
    request = replace(_repeat(run), graph_input=None, checkpoint_id=None)
    return replace(request, **links)


def _moved_on(run: Run) -> str:
    return f"thread {run.thread_id!r} has moved on since run {run.id}: start a new run on it"
