"""The checkpoints of a run; those of a run on no thread are not needed once it is over."""

from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

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
    at = {"thread_id": run.thread_id or run.id, "checkpoint_ns": ""}
    last = await saver.aget_tuple({"configurable": at})
    return last is not None and last.metadata.get("run_id") == run.id
