"""The checkpoints of background runs on no thread, which nothing needs once the run is over."""

from collections.abc import Sequence

from app.runs.repository import RunRepository
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
