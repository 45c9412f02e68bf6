"""Requests that follow an earlier run: a retry, the answer to its question, a fork."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langgraph.pregel._utils import is_xxh3_128_hexdigest

from app.errors import CannotResume, CannotRetry, CheckpointNotFound, InvalidInput
from app.graphs.contracts.answer_schema import misfits
from app.graphs.registry import GraphEntry
from app.plain_json import require_bounded, require_storable, short_repr
from app.problem_texts import MOST_PROBLEMS
from app.runs.request import ANY_QUESTION, RunRequest
from app.runs.reusable import Reusable
from app.runs.run import Run, RunStatus
from app.storage.checkpoints import Checkpoints


def retry_request(
    entry: GraphEntry,
    run: Run,
    *,
    reusable: Reusable,
    branches: Sequence[str] = (),
    is_last: bool,
    is_stored: bool,
) -> RunRequest:
    """Repeat a run's request; what branches that succeeded wrote is reused.

    `branches` names those that run again nevertheless, with what depends on them.

    Without the kit a graph on a thread continues from its checkpoint; `is_last` says whether this
    run is still the thread's last one, `is_stored` whether its input is in the checkpoint. A run
    that ended before it began left none: its request is repeated.

    Raises:
        CannotRetry: the run is not over, nothing of it failed and no branch is named, or it left
            nothing to continue from.
        InvalidInput: a branch that is named cannot run again.
    """
    if not run.is_over:
        raise CannotRetry(f"run {run.id} is still running: wait for its end, or cancel it first")
    if run.status is RunStatus.INTERRUPTED:
        raise CannotRetry(
            f"run {run.id} waits for an answer, or at a breakpoint: send it to "
            f"/runs/{run.id}/resume"
        )
    if branches:
        return _run_again(run, reusable, branches)
    if not run.can_be_retried:
        raise CannotRetry(f"run {run.id} succeeded, with nothing that failed")
    if entry.shape.has_fan_out and run.request.resume_of is None:
        return replace(_repeat(run), retry_of=run.id, reuse=reusable.writes)
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


def _run_again(run: Run, reusable: Reusable, branches: Sequence[str]) -> RunRequest:
    """Repeat a run's request, and reuse what does not depend on the named branches."""
    if not reusable.places:
        raise CannotRetry(
            f"nothing is stored of what run {run.id} did branch by branch: it is stored of a graph "
            f"with add_fan_out, for a run that failed, or succeeded in the background, and that "
            f"did not answer a question"
        )
    again = reusable.chosen(branches)
    reuse = reusable.without(again)
    return replace(_repeat(run), retry_of=run.id, reuse=reuse, again=again)


@dataclass(frozen=True)
class Waiting:
    """What a paused run waits for by now: its thread may have been edited since."""

    is_asking: bool
    """Whether the questions it asked are still open."""

    next: tuple[str, ...]
    """The nodes that its thread goes on with; none at the end of the graph."""


def resume_request(run: Run, answer: Any, *, waiting: Waiting | None) -> RunRequest:
    """Continue a run with the answer to its question, or with one answer per question by its id.

    Without a question, null continues it: from a breakpoint, or from where an edit left the thread.
    `waiting` is None where another run has used the thread since.

    Raises:
        CannotResume: the run is not paused, was on no thread, or is not the thread's last.
        InvalidInput: the answer names other questions, does not name several, answers none, or
            cannot be stored.
    """
    if run.status is not RunStatus.INTERRUPTED:
        raise CannotResume(f"run {run.id} waits for no answer: it is {run.status}")
    if run.thread_id is None:
        raise CannotResume(
            f"run {run.id} was on no thread, and no state is left to continue from: start it with "
            f"a thread_id"
        )
    if waiting is None or not (waiting.is_asking or waiting.next):
        raise CannotResume(_moved_on(run))
    if waiting.is_asking:
        return _continue(run, answers=_answers_of(run, answer), resume_of=run.id)
    if answer is None:
        return _continue(run, resume_of=run.id)
    if len(run.interrupts) == 1 and set(run.next) <= set(waiting.next):
        [value] = _answers_of(run, answer).values()  # the node asks under another id by now
        answers = None if value is None else {ANY_QUESTION: value}
        return _continue(run, answers=answers, resume_of=run.id)
    raise InvalidInput.at(
        "resume",
        f"the run has no open question: send null to continue with {', '.join(waiting.next)}",
        given=repr(answer)[:100],
    )


def _answers_of(run: Run, answer: Any) -> dict[str, Any]:
    """Return the answers by the ids of their questions; null and empty ones are answers, too."""
    require_bounded(answer, "resume")
    require_storable(answer, "resume")
    ids = [question["id"] for question in run.interrupts]
    if isinstance(answer, dict) and answer and set(answer) <= set(ids):
        _require_fitting(run, answer, by_id=True)
        return answer
    if len(ids) == 1 and not _names_questions(answer):
        _require_fitting(run, {ids[0]: answer}, by_id=False)
        return {ids[0]: answer}
    questions = "1 question" if len(ids) == 1 else f"{len(ids)} questions"
    message = f"the run has {questions}: answer by id, of {', '.join(ids)}"
    raise InvalidInput.at("resume", message, given=short_repr(answer, 100))


def _require_fitting(run: Run, answers: Mapping[str, Any], *, by_id: bool) -> None:
    """Check answers against the schemas beside their questions.

    Raises:
        InvalidInput: one does not fit.
    """
    problems = [
        {
            "place": ".".join(map(str, ("resume", *((question["id"],) if by_id else ()), *place))),
            "message": message,
            "given": short_repr(given, 100),
        }
        for question in run.interrupts
        if question["id"] in answers and isinstance(question.get("schema"), dict)
        for place, message, given in misfits(question["schema"], answers[question["id"]])
    ]
    if problems:
        shown = problems[:MOST_PROBLEMS]
        raise InvalidInput(shown, left_out=len(problems) - len(shown))


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
        deadline_ms=None,
        idempotency_key=None,
        reuse={},
        again=(),
    )


def _continue(run: Run, **links: Any) -> RunRequest:
    """Return a request that continues where the run left its thread."""
    request = replace(_repeat(run), graph_input=None, checkpoint_id=None)
    return replace(request, **links)


def _moved_on(run: Run) -> str:
    return f"thread {run.thread_id!r} has moved on since run {run.id}: start a new run on it"
