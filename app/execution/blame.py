"""Which row's failure ended a run. Its id, type and message go together: all are of that row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.graphs.namespaces import is_within
from app.report.rows import Row

Rows = Mapping[str, Row]
"""By checkpoint_ns, in the order in which they were first seen."""

_MOST_CAUSES = 8

_COMPARED = 400
"""Characters of two messages; kit and service cut long ones in different places."""


@dataclass(frozen=True)
class Blame:
    """The failure that ended a run, as its row has it."""

    branch: str
    error: dict[str, str]
    is_deadline: bool = False
    """A branch was cut off by a deadline of the graph or of the request."""


def blame_for(error: BaseException, rows: Rows) -> Blame | None:
    """Return the failure of the innermost row that ended with this very error.

    Where a join of the kit did not run, it is the required branch that failed first. None for an
    error that no row ended with.
    """
    place = raised_in(error, rows)
    while place is not None:
        refused = _required_failures(rows[place])
        if not refused:
            return _blame_of(rows[place])
        name, beside = _first_of(refused, place, rows)
        if beside is None:  # it failed in an earlier run, and this one resumed it
            return _blame_of_outcome(name, refused[name], rows[place])
        inner = _raised_inside(beside, rows)
        if inner is None:
            return _blame_of(rows[beside])
        place = inner
    return None


def raised_in(error: BaseException, rows: Rows) -> str | None:
    """Return the namespace of the innermost row that ended with this very error.

    Or with its cause: Python and the boundary of a run replace errors that may not pass.
    """
    for known in causes_of(error):
        raisers = [ns for ns, row in rows.items() if row.raised is known]
        if raisers:
            return max(raisers, key=lambda ns: len(rows[ns].path))
    return None


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what it was raised from, and so on, up to a bound."""
    known: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if known is None:
            return
        yield known
        known = known.__cause__


def _required_failures(row: Row) -> dict[str, dict[str, Any]]:
    """Return what the kit's error says of required branches that failed, by their names."""
    outcomes = getattr(row.raised, "outcomes", None)
    if not isinstance(outcomes, dict):
        return {}
    return {
        name: outcome
        for name, outcome in outcomes.items()
        if isinstance(outcome, dict)
        and outcome.get("required")
        and outcome.get("status") in ("failed", "timeout")
        and isinstance(outcome.get("error"), dict)
    }


def _first_of(refused: Mapping[str, Any], join: str, rows: Rows) -> tuple[str, str | None]:
    """Return the branch beside a join that failed first, and the namespace of its row, if any."""
    beside = {
        row.name: ns
        for ns, row in rows.items()
        if row.namespace == rows[join].namespace and row.name in refused and row.error is not None
    }
    if not beside:
        return next(iter(refused)), None
    name = min(beside, key=lambda name: rows[beside[name]].ended or 0.0)
    return name, beside[name]


def _raised_inside(outer: str, rows: Rows) -> str | None:
    """Return the innermost row in a branch's sub-graph whose error is the branch's own."""
    error = rows[outer].error
    inside = [
        ns
        for ns, row in rows.items()
        if ns != outer and row.raised is not None and is_within(ns, outer)
    ]
    same = [ns for ns in inside if _is_same(rows[ns].error, error)]
    return max(same, key=lambda ns: (len(rows[ns].path), rows[ns].ended or 0.0), default=None)


def _is_same(one: dict[str, str] | None, other: dict[str, str] | None) -> bool:
    if one is None or other is None:
        return False
    is_same_text = one["message"][:_COMPARED] == other["message"][:_COMPARED]
    return one["type"] == other["type"] and is_same_text


def _blame_of(row: Row) -> Blame | None:
    if row.error is None:
        return None
    is_deadline = row.raised is None and row.error["type"] == "DeadlinePassed"
    return Blame(row.id, row.error, is_deadline)


def _blame_of_outcome(name: str, outcome: Mapping[str, Any], join: Row) -> Blame:
    error = {key: str(outcome["error"].get(key, "")) for key in ("type", "message")}
    branch = "/".join((*join.path[:-1], name))
    return Blame(branch, error, error["type"] == "DeadlinePassed")
