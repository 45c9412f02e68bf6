"""The checkpoints of a run; those of a run on no thread are not needed once it is over."""

from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from app.runs.repository import RunRepository
from app.runs.run import Run
from app.storage.checkpoints import Checkpoints


async def delete_checkpoints(
    run_ids: Sequence[str], *, checkpoints: Checkpoints, runs: RunRepository
) -> None:
    """Delete the checkpoints of runs that are over, then the mark that they have some.

    After a kill in between the mark is still there, and retention does it again.

    Raises:
        StorageUnavailable: some of them may be deleted.
    """
    for run_id in run_ids:
        await checkpoints.delete_run(run_id)
    await runs.clear_has_checkpoints(run_ids)


async def has_checkpoint(run: Run, saver: BaseCheckpointSaver[Any]) -> bool:
    """Whether the latest checkpoint is this run's, so that its input is stored in it."""
    last = await _latest(run, saver)
    return last is not None and last.metadata.get("run_id") == run.id


async def has_question(run: Run, saver: BaseCheckpointSaver[Any]) -> bool:
    """Whether the latest checkpoint still waits for an answer to a question of this run.

    A state edit may have removed it, and been killed before the thread's row said so.
    """
    last, ids = await _latest(run, saver), {question["id"] for question in run.interrupts}
    writes = (last.pending_writes if last is not None else None) or ()
    questions = [value for _, channel, value in writes if channel == "__interrupt__"]
    return any(one.id in ids for question in questions for one in question)


async def _latest(run: Run, saver: BaseCheckpointSaver[Any]) -> CheckpointTuple | None:
    at = {"thread_id": run.thread_id or run.id, "checkpoint_ns": ""}
    return await saver.aget_tuple({"configurable": at})
