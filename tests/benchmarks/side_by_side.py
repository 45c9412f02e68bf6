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


def side_by_side(rows: Sequence[Row], fan_outs: Mapping[str, str]) -> SideBySide:
    """Read a report's rows; `fan_outs` says which fan-out each top-level branch belongs to.

    Raises ValueError when no two branches were at work at once.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        path = _path(row)
        if len(path) == 1 and path[0] in fan_outs and row["status"] != "skipped":
            groups[fan_outs[path[0]]].append(row)
    wide = [group for group in groups.values() if len(group) > 1]
    if not wide:
        raise ValueError(f"no fan-out with two branches among {[row['id'] for row in rows]}")
    tops = {_path(row)[0] for group in wide for row in group}
    work = sum(row["duration_ms"] for row in _innermost(rows) if _path(row)[0] in tops)
    longest = sum(max(row["duration_ms"] for row in group) for group in wide)
    wall = sum(
        max(row["started_ms"] + row["duration_ms"] for row in group)
        - min(row["started_ms"] for row in group)
        for group in wide
    )
    return SideBySide(work / 1000, longest / 1000, wall / 1000)


def _path(row: Row) -> Path:
    """Return the names of the nodes a row ran in, without the count of a repeated one."""
    return tuple(part.split("#")[0] for part in row["id"].split("/"))


def _innermost(rows: Sequence[Row]) -> Iterator[Row]:
    around = {_path(row)[:depth] for row in rows for depth in range(1, len(_path(row)))}
    return (row for row in rows if _path(row) not in around)
