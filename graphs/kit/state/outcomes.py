"""What became of each branch, kept in the state as plain JSON.

A round is one execution of a fan-out; its id is the `checkpoint_id` its branches share. Outcomes
carry their round, and a newer round replaces the older, so that a join never sees yesterday's.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit.state.error_text import error_text, shortened

OUTCOMES_KEY = "fanjoin_outcomes"
"""The state channel the outcomes travel in; part of the wire between kit and service."""

_LONGEST_MESSAGE = 500

Status = Literal[
    "ok", "degraded", "failed", "timeout", "cancelled", "skipped", "cached", "interrupted"
]


class BranchError(TypedDict):
    """Why a branch has no result of its own."""

    type: str
    message: str


class BranchOutcome(TypedDict):
    """How one branch of one round ended."""

    status: Status
    required: bool
    attempts: int
    error: BranchError | None


class Round(TypedDict):
    """One execution of a fan-out, and the state keys each branch wrote when it last settled."""

    round: str
    branches: dict[str, BranchOutcome]
    wrote: dict[str, dict[str, list[str]]]
    """By branch and key; the list names the results within a key that is kept by branch."""

    items: int | None
    """How many items its branch runs over; None for a fan-out to named branches."""


def merge_rounds(current: dict[str, Round], update: dict[str, Round]) -> dict[str, Round]:
    """Take the update's rounds: the same round is added to, a newer one replaces the older."""
    return {
        **current,
        **{name: _merge_round(current.get(name), new) for name, new in update.items()},
    }


def _merge_round(current: Round | None, new: Round) -> Round:
    if current is None:
        return new
    is_same = current["round"] == new["round"]
    return {
        "round": new["round"],
        "branches": {**(current["branches"] if is_same else {}), **new["branches"]},
        "wrote": {**current["wrote"], **new["wrote"]},
        "items": new["items"],
    }


class OutcomesState(TypedDict, total=False):
    """The channel the kit adds to the state of a graph with a fan-out."""

    fanjoin_outcomes: Annotated[dict[str, Round], merge_rounds]


def describe(error: BaseException, second: BaseException | None = None) -> BranchError:
    """Say in plain JSON what went wrong, bounded in length; `second` is the fallback's error."""
    message = shortened(error_text(error), _LONGEST_MESSAGE)
    if second is not None:
        said = shortened(error_text(second, known=[error]), _LONGEST_MESSAGE)
        is_same = (type(second), said) == (type(error), message)
        also = "" if is_same else f": {type(second).__name__}: {said}"
        message += f" (its fallback failed too{also})"
    return BranchError(type=type(error).__name__, message=message)


def has_result(outcome: BranchOutcome) -> bool:
    """Whether the branch, or its fallback, left something for the join."""
    return outcome["status"] in ("ok", "degraded", "cached")


def reason(outcome: BranchOutcome) -> str | None:
    """Say in one line why a branch has no result of its own; None where it has one."""
    error = outcome["error"]
    return f"{error['type']}: {error['message']}" if error else None


def outcomes(state: Mapping[str, Any] | BaseModel | object) -> Mapping[str, BranchOutcome]:
    """Read in a join how each branch of its round ended, by branch name, in declaration order.

    Outside a join of `add_fan_out` the mapping is empty.
    """
    if isinstance(state, Mapping):
        rounds = state.get(OUTCOMES_KEY)
    else:
        rounds = getattr(state, OUTCOMES_KEY, None)
    return {
        name: outcome
        for entry in (rounds or {}).values()
        for name, outcome in entry["branches"].items()
    }
