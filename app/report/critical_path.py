"""The critical path: the chain of rows that the answer really waited for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.graphs.namespaces import HANDLER
from app.report.rows import Row

_NOT_WAITED_FOR = frozenset({"cancelled", "skipped"})

Inside = Mapping[str | None, Sequence[Row]]
"""Rows by the id of the row they ran in; None for the top level."""


@dataclass(frozen=True)
class Stretch:
    """What one call of a graph did: a namespace, from its first task to the last that counts."""

    rows: Sequence[Row]
    began: float
    ended: float


def rows_by_parent(rows: Sequence[Row]) -> Inside:
    """Group rows by the row they ran in."""
    inside: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        inside[None if row.parent is None else row.parent.id].append(row)
    return inside


def critical_path(inside: Inside, parent: str | None = None) -> Iterator[Row]:
    """Yield the rows the answer waited for, each followed by those it waited for itself.

    Supersteps are barriers: of each, it is the row that ended last among those waited for. What
    was cancelled or skipped never is.
    """
    for stretch in _one_after_another(stretches(inside[parent]) if parent in inside else []):
        for row in _last_of_each_step(stretch.rows):
            yield row
            yield from critical_path(inside, row.id)


def stretches(rows: Sequence[Row]) -> list[Stretch]:
    """Return the calls of graphs among the rows that ran in one row; a node may make several."""
    by_namespace: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.status not in _NOT_WAITED_FOR:
            by_namespace[row.namespace].append(row)
    return [
        Stretch(some, min(map(_began, some)), max(map(_ended, some)))
        for some in by_namespace.values()
    ]


def _one_after_another(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the last to end, before it the last to end before it began, and so on."""
    chain: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: (one.ended, one.began), reverse=True):
        if not chain or stretch.ended <= chain[-1].began:
            chain.append(stretch)
    return chain[::-1]


def _last_of_each_step(rows: Sequence[Row]) -> Iterator[Row]:
    by_step: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_step[row.step].append(row)
    for step in sorted(by_step):
        last = max(by_step[step], key=_ended)
        if (handled := _handled_by(last, by_step[step])) is not None:
            yield handled
        yield last


def _handled_by(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the row whose failure an error handler answers, in the same step."""
    name = row.path[-1]
    if not name.startswith(HANDLER):
        return None
    return next((one for one in rows if one.path[-1] == name.removeprefix(HANDLER)), None)


def _began(row: Row) -> float:
    return row.started or 0.0 if row.scheduled is None else row.scheduled


def _ended(row: Row) -> float:
    return row.ended or 0.0
