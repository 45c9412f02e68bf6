"""What graphs keep between steps and runs: LangGraph's saver and store, as wired here."""

from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.store.base import BaseStore

from app.storage.checkpoints.retrying import BRIEF_SECONDS, OnSaved, RetryingSaver


class Checkpoints:
    """Both are open as long as the service is."""

    def __init__(self, saver: RetryingSaver, store: BaseStore, *, patience_seconds: float) -> None:
        self._saver = saver
        self._patience_seconds = patience_seconds
        self.store = store

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """For reads and edits, another each time: it hardly waits for a database that is away."""
        return self._saver.copy_for(patience_seconds=BRIEF_SECONDS)

    @property
    def serde(self) -> SerializerProtocol:
        return self._saver.serde

    def for_run(self, on_saved: OnSaved | None = None) -> BaseCheckpointSaver[Any]:
        """Return a saver for one run, which waits as long as the settings say.

        `on_saved` is told the id of each task whose writes are kept, and None for each checkpoint.
        """
        return self._saver.copy_for(patience_seconds=self._patience_seconds, on_saved=on_saved)

    async def delete(self, key: str) -> None:
        """Forget all that is kept under a key; nothing there is no error."""
        await self._saver.adelete_thread(key)

    async def prune(self, keys: Sequence[str]) -> None:
        """Cut idle threads to their latest checkpoint; nobody may be at work on them.

        Raises:
            NotImplementedError: a graph uses a DeltaChannel, which needs the older ones.
        """
        await self._saver.aprune(keys, strategy="keep_latest")
