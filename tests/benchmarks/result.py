"""One line of the table: what was measured, and whether it is good enough."""

from dataclasses import dataclass
from typing import Literal


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

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.measured / self.floor

    @property
    def holds(self) -> bool:
        judged = self.measured if self.ratio is None else self.ratio
        return judged <= self.limit if self.bound == "at most" else judged >= self.limit
