"""One line of the table: what was measured, and whether it is good enough."""

from dataclasses import dataclass
from typing import Literal


class RowFailed(Exception):
    """A row has no value: what it measures did not work."""


@dataclass(frozen=True)
class Result:
    """A measured value; its limit is for the ratio to the floor, or for itself without a floor."""

    row: str
    work: str
    unit: str
    measured: float
    limit: float
    floor: float | None = None
    bound: Literal["at most", "at least"] = "at most"
    limits: Literal["ratio", "own share"] = "ratio"
    """What the limit is for where there is a floor."""

    cpu_ms: float | None = None
    """What a request costs the service in CPU time; waiting for a busy machine is not in it."""

    floor_cpu_ms: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.measured / self.floor

    @property
    def own_share(self) -> float | None:
        """What the service adds to the floor; None where only the ratio matters."""
        if self.floor is None or self.limits != "own share":
            return None
        return self.measured - self.floor

    @property
    def holds(self) -> bool:
        judged = self._judged()
        return judged <= self.limit if self.bound == "at most" else judged >= self.limit

    def _judged(self) -> float:
        if self.own_share is not None:
            return self.own_share
        return self.measured if self.ratio is None else self.ratio


@dataclass(frozen=True)
class Failure:
    """A row without a value, and why."""

    row: str
    error: str
    holds: Literal[False] = False
