"""What a run that has ended leaves for its retry."""

from app.execution.active_runs import ActiveRun
from app.report.recorder import Recorder
from app.report.rows import Row
from app.runs.reusable import Reusable, RowPlace, dump_reusable
from app.runs.run import Run, RunStatus
from app.storage.checkpoints import Checkpoints


def left_for_retry(
    active: ActiveRun, ended: Run, recorder: Recorder, checkpoints: Checkpoints
) -> tuple[str, bytes] | None:
    """Return what branches wrote, as the run's row stores it; None where no retry reuses it.

    Of a run that succeeded, branches can be chosen to run again: if it ran in the background.
    """
    is_chosen_from = ended.status is RunStatus.SUCCESS and active.is_background
    if not active.entry.shape.has_fan_out or ended.request.resume_of is not None:
        return None
    if not (ended.can_be_retried or is_chosen_from) or not recorder.rows:
        return None
    places = [_place_of(row) for row in recorder.rows]
    return dump_reusable(ended, Reusable(recorder.reusable.writes, places), checkpoints.serde)


def _place_of(row: Row) -> RowPlace:
    return RowPlace(
        id=row.id,
        name=row.name,
        path="/".join(row.path),
        status=str(row.status),
        namespace=row.namespace,
        step=row.step,
        around=[outer.id for outer in row.around()],
        key=row.reuse_key,
    )
