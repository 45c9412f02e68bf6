"""`cache=`: a branch's update of an earlier run, looked up before the first attempt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from langgraph.cache.base import BaseCache, FullKey

from graphs.kit.errors import KitError


@dataclass(frozen=True)
class BranchCache:
    """Where a branch's updates are kept, for how many seconds, and under which key.

    `key(given)` says what an update depends on; left open it is all that the node is given. A
    thread used again gives a node its earlier answers too, so say `key=` there.
    """

    store: BaseCache[Any]
    ttl: int | None = None
    key: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        if self.ttl is not None and self.ttl <= 0:
            raise KitError(f"BranchCache(ttl={self.ttl}) must be above 0 seconds")

    async def get(self, owner: tuple[str, ...], given: Any) -> Mapping[str, Any] | None:
        """Return the update that `owner` made of the same, if it is known."""
        place = self._place(owner, given)
        known = await self.store.aget([place])
        return known.get(place)

    async def put(self, owner: tuple[str, ...], given: Any, update: Mapping[str, Any]) -> None:
        """Keep an update; it must be of plain values, as a checkpoint wants them too."""
        await self.store.aset({self._place(owner, given): (dict(update), self.ttl)})

    def _place(self, owner: tuple[str, ...], given: Any) -> FullKey:
        wanted = given if self.key is None else self.key(given)
        kind, content = self.store.serde.dumps_typed(wanted)
        return ("fanjoin", *owner), sha256(kind.encode() + b":" + content).hexdigest()
