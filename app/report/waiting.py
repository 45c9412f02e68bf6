"""Waiting is not work: the time for which a row had no thread, or no event loop.

Moments are seconds of the monotonic clock, as those who measure have them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.graphs.namespaces import is_within, path_of
from app.report.rows import Row

_AT_ONCE_MS = 5
"""A wait that begins so soon after the row does comes before its work."""


class Waiting:
    """Counts the waits of a run's rows, and says which nodes made the others wait."""

    def __init__(self, rows: Mapping[str, Row], began: float) -> None:
        self.began = began
        """When the run began."""

        self._rows = rows
        self._blocked_by: dict[str, _Blocks] = {}

    def for_thread(self, ns: str, began: float, ended: float) -> None:
        """A task waited until a thread was free."""
        if (row := self._rows.get(ns)) is not None:
            _add(row, self._to_ms(began), self._to_ms(ended))

    def for_loop(self, began: float, ended: float, busy_until: Mapping[str, float]) -> None:
        """The event loop was blocked, in this run or in another: what was under way waited.

        `busy_until` says of some tasks until when they worked all the same.
        """
        for ns, row in self._rows.items():
            since = [until for inner, until in busy_until.items() if is_within(inner, ns)]
            _add(row, self._to_ms(max([began, *since])), self._to_ms(ended))

    def blame(self, ns: str, seconds: float) -> None:
        """A step of this task blocked the event loop; no `ns` is for what is between nodes."""
        name = "/".join(path_of(ns)) if ns else ""
        blocks = self._blocked_by.setdefault(name, _Blocks())
        blocks.times += 1
        blocks.total += seconds
        blocks.longest = max(blocks.longest, seconds)

    def warnings(self) -> Iterator[str]:
        """Say of each node for how long it blocked the event loop, and what to do about it."""
        for name, blocks in self._blocked_by.items():
            took = f"blocked the event loop for {blocks.total:.1f} s"
            if blocks.times > 1:
                took += f" in {blocks.times} steps, the longest {blocks.longest:.1f} s"
            if name:
                yield f"{name} {took}: use an async call, or a plain def node"
            else:
                yield f"the graph {took} between its nodes: a reducer, a validator or a large state"

    def _to_ms(self, moment: float) -> float:
        return (moment - self.began) * 1000


@dataclass(slots=True)
class _Blocks:
    times: int = 0
    total: float = 0.0
    longest: float = 0.0


def _add(row: Row, began: float, ended: float) -> None:
    """Count a wait of a row that is under way, in milliseconds of its run; waits may overlap."""
    if row.started is None or row.ended is not None or row.is_queued:
        return
    began = max(began, row.started, row.waited_until)
    if ended <= began:
        return
    row.waited_until = ended
    if row.waited_ms == 0 and began - row.started < _AT_ONCE_MS:
        row.started = ended
        row.tries.restart_clock(ended)
    else:
        row.waited_ms += ended - began
        row.tries.wait(ended - began)
