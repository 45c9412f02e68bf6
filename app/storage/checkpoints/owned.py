"""A saver for one owner: graphs and callers see plain thread ids, the database stores keys."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Self, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)

from app.errors import ServiceError, UnreadableState
from app.plain_json import named_error
from app.storage.checkpoints.keys import Keys
from app.storage.checkpoints.retrying import RetryingSaver
from app.storage.checkpoints.unstorable import unstorable

_OF_VALUES = (TypeError, ValueError, OverflowError, RecursionError, AttributeError)
"""What encoding a value raises; the database's own failures are none of these."""


class OwnedSaver(BaseCheckpointSaver[str]):
    """Replaces the thread id in every config on its way in, and the key on its way out.

    The asynchronous methods raise UnreadableState for a checkpoint that cannot be decoded, and
    UnstorableValue for a value that cannot be encoded.
    """

    def __init__(self, behind: RetryingSaver, keys: Keys) -> None:
        super().__init__(serde=behind.serde)
        self.behind = behind
        self._keys = keys

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Self:
        behind = cast("RetryingSaver", self.behind.with_allowlist(extra_allowlist))
        return type(self)(behind, self._keys)

    def get_next_version(self, current: str | None, channel: None) -> str:
        return self.behind.get_next_version(current, channel)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        with _reading(config):
            return self._shown(await self.behind.aget_tuple(self._stored(config)))

    async def alist_ids(
        self, config: RunnableConfig, *, before: str | None = None, limit: int
    ) -> Sequence[str]:
        """List the ids of a thread's checkpoints, the newest first, without decoding any."""
        at = self._stored(config)["configurable"]
        ns = at.get("checkpoint_ns", "")
        return await self.behind.alist_ids(at["thread_id"], ns, before=before, limit=limit)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._shown(self.behind.get_tuple(self._stored(config)))

    async def alist(
        self, config: RunnableConfig | None, **options: Any
    ) -> AsyncIterator[CheckpointTuple]:
        """List a thread's checkpoints, or where `config` is None those of all the owner's threads.

        The latter reads the checkpoints of everybody: LangGraph itself never asks for it.
        """
        left = options.get("limit")
        with _reading(config):
            async for one in self.behind.alist(**self._listing(config, options)):
                if left == 0:
                    return
                if self._owns(one):
                    left = None if left is None else left - 1
                    yield self._translated(one)

    def list(self, config: RunnableConfig | None, **options: Any) -> Iterator[CheckpointTuple]:
        listed = self.behind.list(**self._listing(config, options))
        own = (self._translated(one) for one in listed if self._owns(one))
        yield from islice(own, options.get("limit"))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        try:
            made = await self.behind.aput(self._stored(config), checkpoint, metadata, new_versions)
        except _OF_VALUES as error:
            raise unstorable(checkpoint["channel_values"].items(), self.serde) or error from error
        return self._public(made)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        made = self.behind.put(self._stored(config), checkpoint, metadata, new_versions)
        return self._public(made)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        try:
            await self.behind.aput_writes(self._stored(config), writes, task_id, task_path)
        except _OF_VALUES as error:
            raise unstorable(writes, self.serde, task_path) or error from error

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self.behind.put_writes(self._stored(config), writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        await self.behind.adelete_thread(self._keys.to_key(thread_id))

    def delete_thread(self, thread_id: str) -> None:
        self.behind.delete_thread(self._keys.to_key(thread_id))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        keys = [self._keys.to_key(thread_id) for thread_id in thread_ids]
        await self.behind.aprune(keys, strategy=strategy)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        keys = [self._keys.to_key(thread_id) for thread_id in thread_ids]
        self.behind.prune(keys, strategy=strategy)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        inside = self._stored(config)
        with _reading(config):
            return await self.behind.aget_delta_channel_history(config=inside, channels=channels)

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        inside = self._stored(config)
        return self.behind.get_delta_channel_history(config=inside, channels=channels)

    def _listing(self, config: RunnableConfig | None, options: dict[str, Any]) -> dict[str, Any]:
        before = options.get("before")
        inside = {**options, "before": None if before is None else self._stored(before)}
        if config is None:  # the limit counts what is the owner's
            return {**inside, "config": None, "limit": None}
        return {**inside, "config": self._stored(config)}

    def _stored(self, config: RunnableConfig) -> RunnableConfig:
        at = config["configurable"]
        if "thread_id" not in at:  # a `before` may name a checkpoint alone
            return config
        key = self._keys.to_key(at["thread_id"])
        return {**config, "configurable": {**at, "thread_id": key}}

    def _public(self, config: RunnableConfig) -> RunnableConfig:
        at = config["configurable"]
        thread_id = self._keys.to_thread_id(at["thread_id"])
        return {**config, "configurable": {**at, "thread_id": thread_id}}

    def _owns(self, one: CheckpointTuple) -> bool:
        return self._keys.to_thread_id(one.config["configurable"]["thread_id"]) is not None

    def _shown(self, one: CheckpointTuple | None) -> CheckpointTuple | None:
        return None if one is None else self._translated(one)

    def _translated(self, one: CheckpointTuple) -> CheckpointTuple:
        _require_whole(one)
        parent = one.parent_config
        return one._replace(
            config=self._public(one.config),
            parent_config=None if parent is None else self._public(parent),
        )


_PARTS = ("id", "ts", "channel_values", "channel_versions", "versions_seen")


def _require_whole(one: CheckpointTuple) -> None:
    stored: Any = one.checkpoint
    if not isinstance(stored, dict) or any(part not in stored for part in _PARTS):
        checkpoint_id = one.config["configurable"]["checkpoint_id"]
        raise UnreadableState(f"checkpoint {checkpoint_id!r}", "it is no checkpoint")


@contextmanager
def _reading(config: RunnableConfig | None) -> Iterator[None]:
    """Raise UnreadableState for whatever fails inside, but for what the database says itself."""
    try:
        yield
    except ServiceError:
        raise
    except Exception as error:  # damaged bytes, and types of the graph's author
        at = {} if config is None else config["configurable"]
        named = f"checkpoint {at['checkpoint_id']!r}" if at.get("checkpoint_id") else "a checkpoint"
        place = f"{named} of thread {at.get('thread_id')!r}"
        raise UnreadableState(place, named_error(error)) from error
