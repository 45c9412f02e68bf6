"""How many runs work at once, and which begins next: fair over owners, whoever asked first.

The order is start-time fair queueing: each run gets a start tag when it asks, one more than its
owner's last, and never less than that of the run that began last. The lowest tag begins first. So
an owner with a thousand waiting runs delays the next owner by one.
"""

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_Key = tuple[str, str]

_MOST_OWNERS = 1000
"""Tags of owners are forgotten beyond it, where they no longer matter."""


@dataclass(eq=False, slots=True)
class Turn:
    """One run that waits for a slot, or has one."""

    owner: str
    graph_id: str
    tag: float
    begin: Callable[[], None]
    """Called once, when it has its slot."""

    is_withdrawn: bool = False

    @property
    def keys(self) -> tuple[_Key, _Key]:
        return ("owner", self.owner), ("graph", self.graph_id)


@dataclass(slots=True)
class Limits:
    """How many runs work at once: in all, and of one owner and of one graph where that is given."""

    in_all: int
    per_owner: int | None = None
    per_graph: int | None = None

    @property
    def has_keys(self) -> bool:
        """Whether anything but all runs together is limited."""
        return self.per_owner is not None or self.per_graph is not None

    def of(self, key: _Key) -> int | None:
        return self.per_owner if key[0] == "owner" else self.per_graph


@dataclass(slots=True)
class Slots:
    """The slots of one process; to be used from the event loop's thread."""

    limits: Limits
    _in_use: int = 0
    _held: Counter[_Key] = field(default_factory=Counter)
    _ready: list[tuple[float, int, Turn]] = field(default_factory=list)
    _blocked: dict[_Key, list[tuple[float, int, Turn]]] = field(default_factory=dict)
    """Those that wait for a limit of their own, by what it limits."""

    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _now: float = 0.0
    """The tag of the run that began last."""

    _last: dict[str, float] = field(default_factory=dict)

    def tag(self, owner: str) -> float:
        """Return the start tag of an owner's next run."""
        tag = max(self._now, self._last.get(owner, 0.0)) + 1.0
        if len(self._last) >= _MOST_OWNERS:
            self._last = {one: last for one, last in self._last.items() if last > self._now}
        self._last[owner] = tag
        return tag

    def wait(self, turn: Turn) -> None:
        """Let a run begin when it is its turn; at once where a slot is free."""
        is_alone = not self._ready and not self._blocked
        if is_alone and self._in_use < self.limits.in_all and self._limit_of(turn) is None:
            self._begin(turn)
        else:
            heapq.heappush(self._ready, (turn.tag, next(self._numbers), turn))
            self._begin_next()

    def leave(self, turn: Turn) -> None:
        """Give back the slot of a run that has begun."""
        self._in_use -= 1
        if self.limits.has_keys:
            for key in turn.keys:
                self._held[key] -= 1
                if not self._held[key]:
                    del self._held[key]
        if self._ready or self._blocked:
            self._begin_next()

    def slot(self, owner: str, graph_id: str) -> "Slot":
        """Return what waits for a slot, and holds it until the block ends."""
        return Slot(self, owner, graph_id)

    def _begin_next(self) -> None:
        while self._in_use < self.limits.in_all and (turn := self._next()) is not None:
            self._begin(turn)

    def _begin(self, turn: Turn) -> None:
        self._in_use += 1
        if self.limits.has_keys:
            self._held.update(turn.keys)
        self._now = max(self._now, turn.tag)
        turn.begin()

    def _next(self) -> Turn | None:
        """Take out the waiting run with the lowest tag whose owner and graph have room."""
        while True:
            waiting = [self._ready, *(self._blocked[key] for key in self._with_room())]
            heap = min((heap for heap in waiting if heap), default=None, key=lambda heap: heap[0])
            if heap is None:
                return None
            entry = heapq.heappop(heap)
            turn = entry[-1]
            if turn.is_withdrawn:
                continue
            full = self._limit_of(turn)
            if full is None:
                return turn
            heapq.heappush(self._blocked.setdefault(full, []), entry)

    def _with_room(self) -> list[_Key]:
        """Return the limits that runs wait for and that have room again."""
        for key in [key for key, heap in self._blocked.items() if not heap]:
            del self._blocked[key]
        return [key for key in self._blocked if not self._is_full(key)]

    def _limit_of(self, turn: Turn) -> _Key | None:
        """Return the limit of a run's own that is reached."""
        if not self.limits.has_keys:
            return None
        return next((key for key in turn.keys if self._is_full(key)), None)

    def _is_full(self, key: _Key) -> bool:
        limit = self.limits.of(key)
        return limit is not None and self._held[key] >= limit


class Slot:
    """An asynchronous context manager: the slot of one inline run."""

    def __init__(self, slots: Slots, owner: str, graph_id: str) -> None:
        self._slots = slots
        self._has_slot = False
        self._waiting: asyncio.Future[None] | None = None
        self._turn = Turn(owner, graph_id, slots.tag(owner), self._begin)

    async def __aenter__(self) -> None:
        self._slots.wait(self._turn)
        if self._has_slot:
            return
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        except asyncio.CancelledError:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _begin(self) -> None:
        self._has_slot = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _leave(self) -> None:
        if self._has_slot:
            self._slots.leave(self._turn)
        else:
            self._turn.is_withdrawn = True
