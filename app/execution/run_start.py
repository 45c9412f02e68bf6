"""Where an attempt of a run starts: with its input, or with what earlier attempts left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from app.execution.active_runs import ActiveRun
from app.execution.graph_call import graph_input_of
from app.runs.checkpoints import has_checkpoint
from app.runs.earlier_attempts import EarlierAttempts, read_earlier_attempts
from app.runs.events import finished_branches


@dataclass(frozen=True)
class RunStart:
    """What LangGraph starts with, and what is known of earlier attempts."""

    graph_input: Any
    checkpoint_id: str | None
    """The checkpoint to start from, where it is not the latest."""

    finished: Sequence[Mapping[str, Any]]
    """What the `branch_finished` events of earlier attempts say."""

    earlier: EarlierAttempts = field(default_factory=EarlierAttempts)

    @property
    def is_from_latest(self) -> bool:
        """Whether the run continues from the latest checkpoint, where earlier work is stored."""
        continues = self.graph_input is None or isinstance(self.graph_input, Command)
        return continues and self.checkpoint_id is None


async def read_start(active: ActiveRun, saver: BaseCheckpointSaver[Any] | None) -> RunStart:
    """Return where this attempt starts: a further one from the run's latest checkpoint, if any."""
    run, request = active.run, active.run.request
    finished = finished_branches(active.earlier_events)
    if saver is None or run.attempt == 1 or not await has_checkpoint(run, saver):
        graph_input = graph_input_of(active.entry, request)
        return RunStart(graph_input, None if saver is None else request.checkpoint_id, finished)
    earlier = EarlierAttempts()
    if _leaves_something_to_reuse(active):
        earlier = await read_earlier_attempts(run, saver, {one["ns"] for one in finished})
    return RunStart(None, None, finished, earlier)


def _leaves_something_to_reuse(active: ActiveRun) -> bool:
    """Whether a retry of this run may reuse what its branches wrote; see `retry_request`."""
    request = active.run.request
    return active.entry.shape.has_fan_out and request.graph_input is not None
