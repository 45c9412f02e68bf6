"""What the branches of a run wrote, for a retry: all that can be reused, or without what is chosen.

Chosen nodes run again, with what is inside them, what they are inside of, and what began later.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from langgraph.checkpoint.serde.base import SerializerProtocol

from app.errors import InvalidInput
from app.plain_json import as_json, short_repr
from app.runs.run import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RowPlace:
    """Where a row of a run's report stands: what a choice of it comes to."""

    id: str
    name: str
    path: str
    """Its nodes from the outermost on, without items and repeats."""

    status: str
    namespace: str
    step: int
    around: Sequence[str] = ()
    """The ids of the rows that it ran in."""

    key: str | None = None
    """The kit's key for what it wrote."""

    @property
    def can_be_chosen(self) -> bool:
        """Whether running it again may come to something: what was skipped will be again."""
        return self.status != "skipped"


@dataclass(frozen=True)
class Reusable:
    """What the branches of a run wrote that succeeded, and where each row stands."""

    writes: Mapping[str, Any] = field(default_factory=dict)
    """By the kit's key."""

    places: Sequence[RowPlace] = ()

    def chosen(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of the rows that names and ids choose, each once.

        Raises:
            InvalidInput: one is of no row of the run, or of one that cannot run again.
        """
        ids: dict[str, None] = {}
        problems: list[dict[str, Any]] = []
        for number, name in enumerate(names):
            named = self._named(name)
            if usable := [place.id for place in named if place.can_be_chosen]:
                ids |= dict.fromkeys(usable)
            else:
                problems.append(self._refusal(number, name, is_known=bool(named)))
        if problems:
            raise InvalidInput(problems)
        return tuple(ids)

    def without(self, ids: Collection[str]) -> dict[str, Any]:
        """Return the writes that remain when these rows run again, with what depends on them."""
        by_id = {place.id: place for place in self.places}
        chosen = [by_id[row_id] for row_id in ids if row_id in by_id]
        again = {row_id for place in chosen for row_id in (place.id, *place.around)}
        first: dict[str, int] = {}
        for place in (by_id[row_id] for row_id in again if row_id in by_id):
            first[place.namespace] = min(place.step, first.get(place.namespace, place.step))

        def runs_again(place: RowPlace) -> bool:
            around = [by_id[row_id] for row_id in place.around if row_id in by_id]
            follows = any(p.step > first.get(p.namespace, p.step) for p in (place, *around))
            return place.id in again or follows or not set(ids).isdisjoint(place.around)

        dropped = {place.key for place in self.places if runs_again(place)}
        return {key: value for key, value in self.writes.items() if key not in dropped}

    def as_stored(self) -> dict[str, Any]:
        """Return what `from_stored` reads; a key of the kit contains an `@`, these do not."""
        return {"writes": dict(self.writes), "places": [_as_tuple(one) for one in self.places]}

    @classmethod
    def from_stored(cls, stored: Any) -> Self:
        """Read what `as_stored` returned; an earlier version stored the writes alone."""
        if stored.keys() != {"writes", "places"}:
            return cls(dict(stored))
        return cls(dict(stored["writes"]), [RowPlace(*one) for one in stored["places"]])

    def _named(self, name: str) -> list[RowPlace]:
        """Return the row of this id, or else all of this path or name."""
        own = [place for place in self.places if place.id == name]
        return own or [place for place in self.places if name in (place.path, place.name)]

    def _refusal(self, number: int, name: str, *, is_known: bool) -> dict[str, Any]:
        possible = list(dict.fromkeys(p.id for p in self.places if p.can_be_chosen))
        reason = "was skipped, and would be again" if is_known else "is no branch of this run"
        return {
            "place": f"branches.{number}",
            "message": f"{short_repr(name, 100)} {reason}; there is {_listed(possible)}",
            "given": short_repr(name, 100),
        }


_MOST_LISTED = 50


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    listed = ", ".join(names[:_MOST_LISTED]) or "none"
    return f"{listed} and {more} more" if more > 0 else listed


def _as_tuple(place: RowPlace) -> tuple[Any, ...]:
    return tuple(getattr(place, name) for name in RowPlace.__dataclass_fields__)


def load_reusable(run: Run, serde: SerializerProtocol) -> Reusable:
    """Return what branches of a run wrote that succeeded.

    Nothing where it cannot be read: then they run again.
    """
    if run.reusable_writes is None:
        return Reusable()
    try:
        return Reusable.from_stored(serde.loads_typed(run.reusable_writes))
    except Exception as error:  # noqa: BLE001  # damaged bytes, and types of the graph's author
        fields = {"graph_id": run.graph_id, "run_id": run.id, "error": as_json(error)}
        logger.warning("what the branches wrote cannot be read for a retry", extra=fields)
        return Reusable()


def dump_reusable(
    run: Run, reusable: Reusable, serde: SerializerProtocol
) -> tuple[str, bytes] | None:
    """Return what `load_reusable` reads; None where it cannot be stored: a retry runs them all."""
    try:
        return serde.dumps_typed(reusable.as_stored())
    except BaseException as error:  # noqa: BLE001  # the values' own code may end in anything
        fields = {"graph_id": run.graph_id, "run_id": run.id, "error": as_json(error)}
        logger.warning("what the branches wrote cannot be stored for a retry", extra=fields)
        return None
