"""A run that goes on from an older checkpoint of its thread: a fork."""

from app.checkpoints import Checkpoints, thread_key
from app.errors import CheckpointNotFound
from app.started_runs import RunRequest


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
