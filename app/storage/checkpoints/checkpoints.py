"""What graphs store between steps and runs: LangGraph's saver and store, as wired here."""

from langchain_core.runnables import RunnableConfig
from langgraph.store.base import BaseStore

from app.storage.checkpoints.keys import Keys, run_key, thread_key
from app.storage.checkpoints.ordered import OrderedSaver
from app.storage.checkpoints.owned import OwnedSaver
from app.storage.checkpoints.recovery import RecoverySaver
from app.storage.checkpoints.retrying import BRIEF_SECONDS, OnSaved, RetryingSaver
from app.storage.checkpoints.serde import Serde
from app.storage.errors import storage_failures

_NOBODY = "readiness"
"""No thread has this key; what a graph may have stored under it is only read."""


class Checkpoints:
    """Both are open as long as the service is."""

    def __init__(
        self, saver: RetryingSaver, store: BaseStore, serde: Serde, *, patience_seconds: float
    ) -> None:
        self._saver = saver
        self._patience_seconds = patience_seconds
        self.store = store
        self.serde = serde

    def of(self, owner: str) -> OwnedSaver:
        """Return a saver for reads and edits, another each time.

        It hardly waits for a database that is away.
        """
        saver = self._saver.copy_for(patience_seconds=BRIEF_SECONDS)
        return OwnedSaver(saver, Keys(owner))

    def for_edit(self, owner: str) -> OrderedSaver:
        """Return a saver for one edit of a thread, as `of`; its checkpoint becomes the newest."""
        saver = self._saver.copy_for(patience_seconds=BRIEF_SECONDS)
        return OrderedSaver(saver, Keys(owner))

    def for_run(
        self, owner: str, *, run_id: str | None = None, on_saved: OnSaved | None = None
    ) -> OwnedSaver:
        """Return a saver for one run, which waits as long as the settings say.

        `run_id` is that of a run without a thread, which is its own thread: what cannot be stored
        of its state does not fail it. `on_saved` is called with the id of each task whose writes
        are stored, and None for each checkpoint.
        """
        saver = self._saver.copy_for(patience_seconds=self._patience_seconds, on_saved=on_saved)
        keys = Keys(owner, run_id)
        return OrderedSaver(saver, keys) if run_id is None else RecoverySaver(saver, keys)

    async def check(self) -> None:
        """Read from both.

        Raises:
            StorageUnavailable: one of them does not answer.
        """
        saver = self._saver.copy_for(patience_seconds=0)
        nowhere: RunnableConfig = {"configurable": {"thread_id": _NOBODY, "checkpoint_ns": ""}}
        with storage_failures():
            await saver.aget_tuple(nowhere)
            await self.store.aget((_NOBODY,), _NOBODY)

    async def delete_thread(self, owner: str, thread_id: str) -> None:
        """Delete a thread's checkpoints; if there are none it is no error."""
        await self._saver.adelete_thread(thread_key(owner, thread_id))

    async def delete_run(self, run_id: str) -> None:
        """Delete the checkpoints of a run without a thread; if there are none it is no error."""
        await self._saver.adelete_thread(run_key(run_id))

    async def prune_thread(self, owner: str, thread_id: str) -> None:
        """Cut an idle thread to its latest checkpoint; nobody may be using it.

        Raises:
            NotImplementedError: a graph uses a DeltaChannel, which needs the older ones.
        """
        await self._saver.aprune([thread_key(owner, thread_id)], strategy="keep_latest")
