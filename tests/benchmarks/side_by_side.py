"""What a report tells of a run's fan-outs: the work in them, and the time it took."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class SideBySide:
    """Seconds, over all fan-outs of a run that had more than one branch at work."""

    work: float
    """All that the branches did, one after another: their innermost rows."""

    longest: float
    """The longest branch: no fan-out is over sooner."""

    wall: float
    """From the first branch's start to the last one's end, when the join starts."""


@dataclass(frozen=True)
class _Round:
    branches: Sequence[Row]

    @property
    def start(self) -> float:
        start: float = min(row["started_ms"] for row in self.branches)
        return start

    @property
    def end(self) -> float:
        return max(map(_end, self.branches))

    def holds(self, row: Row) -> bool:
        """Tell whether a row ran in it; by its time, since no id says which round it is of."""
        names = {_path(branch)[0] for branch in self.branches}
        return _path(row)[0] in names and self.start <= row["started_ms"] <= self.end


def side_by_side(rows: Sequence[Row], fan_outs: Mapping[str, str]) -> SideBySide:
    """Read a report's rows; `fan_outs` says which fan-out each top-level branch belongs to.

    Raises ValueError when no two branches were at work at once.
    """
    branches: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        path = _path(row)
        if len(path) == 1 and path[0] in fan_outs and row["status"] != "skipped":
            branches[fan_outs[path[0]]].append(row)
    rounds = (each for group in branches.values() for each in _rounds(group))
    wide = [each for each in rounds if len(each.branches) > 1]
    if not wide:
        raise ValueError(f"no fan-out with two branches among {[row['id'] for row in rows]}")
    inner = list(_innermost(rows))
    work = sum(row["duration_ms"] for each in wide for row in inner if each.holds(row))
    longest = sum(max(row["duration_ms"] for row in each.branches) for each in wide)
    wall = sum(each.end - each.start for each in wide)
    return SideBySide(work / 1000, longest / 1000, wall / 1000)


def _rounds(branches: Sequence[Row]) -> Iterator[_Round]:
    """Part a fan-out's branches: a round is sent out when all of the one before are over."""
    current: list[Row] = []
    for row in sorted(branches, key=_sent):
        if current and _sent(row) >= max(map(_end, current)):
            yield _Round(current)
            current = []
        current.append(row)
    yield _Round(current)


def _sent(row: Row) -> float:
    sent: float = row["started_ms"] - row["queued_ms"]
    return sent


def _end(row: Row) -> float:
    end: float = row["started_ms"] + row["duration_ms"]
    return end


def _path(row: Row) -> Path:
    """Return the names of the nodes a row ran in, without the count of a repeated one."""
    return tuple(part.split("#")[0] for part in row["id"].split("/"))


def _innermost(rows: Sequence[Row]) -> Iterator[Row]:
    around = {_path(row)[:depth] for row in rows for depth in range(1, len(_path(row)))}
    return (row for row in rows if _path(row) not in around)
