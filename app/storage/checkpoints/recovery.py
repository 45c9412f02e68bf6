"""A saver for a run on no thread, whose checkpoints only serve to continue it after a crash."""

import logging
from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata

from app.errors import StorageUnavailable
from app.plain_json import as_json
from app.storage.checkpoints.keys import Keys
from app.storage.checkpoints.owned import OwnedSaver
from app.storage.checkpoints.retrying import RetryingSaver, on_checkpoint, on_writes

logger = logging.getLogger(__name__)


class RecoverySaver(OwnedSaver):
    """Lets a run go on whose state holds what cannot be stored, such as a client or a generator.

    From then on it stores nothing: a later checkpoint would refer to values that are missing. After
    a crash the run continues from what was stored before.
    """

    def __init__(self, behind: RetryingSaver, keys: Keys) -> None:
        super().__init__(behind, keys)
        self._on_saved = behind.on_saved
        self._driver_errors = behind.driver_errors
        self._has_given_up = False

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        if not self._has_given_up:
            try:
                return await super().aput(config, checkpoint, metadata, new_versions)
            except Exception as error:  # noqa: BLE001  # the values' own code may raise anything
                self._give_up(config, error)
        if self._on_saved is not None:
            on_checkpoint(self._on_saved, config)
        at = config["configurable"]
        place = {"thread_id": at["thread_id"], "checkpoint_ns": at.get("checkpoint_ns", "")}
        return {"configurable": {**place, "checkpoint_id": checkpoint["id"]}}

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        if not self._has_given_up:
            try:
                return await super().aput_writes(config, writes, task_id, task_path)
            except Exception as error:  # noqa: BLE001  # the values' own code may raise anything
                self._give_up(config, error)
        if self._on_saved is not None:
            on_writes(self._on_saved, config, writes, task_id)
        return None

    def _give_up(self, config: RunnableConfig, error: Exception) -> None:
        """Store no more, unless it is the database that fails."""
        if isinstance(error, (StorageUnavailable, *self._driver_errors)):
            raise error
        if self._has_given_up:  # LangGraph stores writes and checkpoints side by side
            return
        self._has_given_up = True
        fields = {"run_id": config["configurable"]["thread_id"], "error": as_json(error)}
        logger.warning("a run's state cannot be stored: a crash repeats its steps", extra=fields)
