"""When a join may run: once all have settled, enough have succeeded, one decides, or time is up.

A condition is asked twice. While the branches are at work it tells the round's gate whether what is
left can still matter; in the join it gives the verdict, from the outcomes alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from graphs.kit.errors import KitError
from graphs.kit.policy.called import called
from graphs.kit.policy.nodes import is_async
from graphs.kit.state.outcomes import BranchOutcome, has_result

Decides: TypeAlias = Callable[[Any, Mapping[str, Any]], bool]
"""A function of what a branch's node was given and of the state update the branch leaves."""


@dataclass
class Tally:
    """What a round's gate has seen so far; `expected` branches take part."""

    expected: int
    required: frozenset[str] = frozenset()
    succeeded: list[str] = field(default_factory=list)
    failures: int = 0
    failed_required: str | None = None
    """The first required branch that failed."""

    decided_by: str | None = None
    """The first branch whose result decides the round."""

    def count(self, name: str, *, has_result: bool, decides: bool = False) -> None:
        if has_result:
            self.succeeded.append(name)
            if decides and self.decided_by is None:
                self.decided_by = name
            return
        self.failures += 1
        if self.failed_required is None and name in self.required:
            self.failed_required = name


class Condition:
    """When a join may run; by itself it shortens nothing and asks for nothing."""

    is_required_by_default: ClassVar[bool] = False
    ends_at_required_failure: ClassVar[bool] = False

    def describe(self) -> dict[str, Any]:
        """Say in JSON what callers may know of it."""
        raise NotImplementedError

    def check(self, branches: int) -> None:
        """Raise KitError when so many branches can never meet it."""

    def decides(self, _given: Any, _update: Mapping[str, Any]) -> bool:
        """Whether a branch's result, by itself, makes the others needless."""
        return False

    def closing_reason(self, _: Tally) -> str | None:
        """Say why the branches still at work need not go on, or None while they must."""
        return None

    def shortfall(self, _: Mapping[str, BranchOutcome]) -> str | None:
        """Say why a settled round does not meet the condition, or None when it does."""
        return None


@dataclass(frozen=True)
class All(Condition):
    """The join runs when every branch has settled."""

    is_required_by_default = True

    def describe(self) -> dict[str, Any]:
        return {"kind": "all"}


@dataclass(frozen=True)
class Quorum(Condition):
    """The join runs as soon as `k` branches, the required among them, have a result."""

    k: int

    ends_at_required_failure = True

    def describe(self) -> dict[str, Any]:
        return {"kind": "quorum", "k": self.k}

    def check(self, branches: int) -> None:
        if self.k > branches:
            raise KitError(f"quorum({self.k}) can never be met by {branches} branches")

    def closing_reason(self, tally: Tally) -> str | None:
        if tally.expected - tally.failures < self.k:
            return f"the quorum of {self.k} could no longer be met"
        if len(tally.succeeded) >= self.k and tally.required.issubset(tally.succeeded):
            return f"the quorum of {self.k} was met by {_named(tally.succeeded)}"
        return None

    def shortfall(self, outcomes: Mapping[str, BranchOutcome]) -> str | None:
        met_by = sum(1 for outcome in outcomes.values() if has_result(outcome))
        if met_by >= self.k:
            return None
        chosen = sum(1 for outcome in outcomes.values() if outcome["status"] != "skipped")
        return f"{met_by} of {chosen} branches have a result, and the quorum is {self.k}"


@dataclass(frozen=True)
class Decided(Condition):
    """The join runs when every branch has settled, or as soon as one result decides the round."""

    by: Decides

    ends_at_required_failure = True

    def describe(self) -> dict[str, Any]:
        return {"kind": "decided"}

    def decides(self, given: Any, update: Mapping[str, Any]) -> bool:
        return called("decided(by=)", self.by, given, update)

    def closing_reason(self, tally: Tally) -> str | None:
        if tally.decided_by is None or not tally.required.issubset(tally.succeeded):
            return None
        return f"{tally.decided_by!r} decided the round"


@dataclass(frozen=True)
class Deadline(Condition):
    """The join runs at most `seconds` after the round began, with the results there are."""

    seconds: float

    def describe(self) -> dict[str, Any]:
        return {"kind": "deadline", "seconds": self.seconds}


ALL = All()


def quorum(k: int) -> Quorum:
    """Join when `k` branches have a result, and cancel the others; raise KitError for k below 1.

    A fallback's result and a cached one count. Branches are optional unless `required=True`, which
    here means that the join also waits for this one.
    """
    if k < 1:
        raise KitError(f"quorum({k}): at least 1 branch must succeed")
    return Quorum(k)


def first() -> Quorum:
    """Join when one branch has a result, and cancel the others."""
    return quorum(1)


def decided(*, by: Decides) -> Decided:
    """Join when all have settled, or as soon as one result decides, and cancel the others.

    `by(given, update)` is asked for each branch that has a result, a fallback's and a cached one
    too: `given` is what its node was given, `update` what it leaves. A failed branch decides
    nothing. Branches are optional unless `required=True`, which here means that the join also
    waits for this one. Raise KitError for an asynchronous function.
    """
    if is_async(by):
        raise KitError(f"decided(by={by!r}) is asynchronous: make it a plain function")
    return Decided(by)


def deadline(*, seconds: float) -> Deadline:
    """Join at most `seconds` after the first branch began; raise KitError when not above 0.

    A branch that is cut off ends as `timeout`; branches are optional unless `required=True`. A run
    that is resumed after an interrupt starts the clock anew.
    """
    if not seconds > 0:
        raise KitError(f"deadline(seconds={seconds}) must be above 0 seconds")
    return Deadline(seconds)


def _named(names: list[str]) -> str:
    most = 5
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*map(repr, names[:most]), *more])
