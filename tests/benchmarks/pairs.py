"""Two checkouts compared row by row: each was measured as often as the other, by turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

WORSE_PERCENT = 5
"""What is worse by more than this counts as worse."""

NEAR_ZERO = frozenset({"growth"})
"""Rows whose value is next to nothing: the percentage between two of them says nothing."""


@dataclass(frozen=True)
class Comparison:
    """The service's own values, without its floor; the same place in both is a pair."""

    row: str
    unit: str
    is_higher_better: bool
    here: Sequence[float]
    there: Sequence[float]

    @property
    def difference_percent(self) -> float:
        """The median over the pairs, which were measured close together; not of the medians."""
        return median(self._differences())

    @property
    def pairs_worse(self) -> int:
        return sum(self._is_worse(difference) for difference in self._differences())

    @property
    def is_worse(self) -> bool:
        return self._is_worse(self.difference_percent)

    def _differences(self) -> list[float]:
        pairs = zip(self.here, self.there, strict=True)
        return [(here / there - 1) * 100 for here, there in pairs]

    def _is_worse(self, difference: float) -> bool:
        return (-difference if self.is_higher_better else difference) > WORSE_PERCENT


@dataclass(frozen=True)
class NotComparable:
    """A row that only one side has, or that has another unit there, or that failed."""

    row: str
    reason: str
    failed_here: bool = False


def compare(
    row: str, here: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]
) -> list[Comparison | NotComparable]:
    """Compare what `--json` printed for a row, once per measurement, on either side.

    Where both sides measured it, the CPU time of a request is compared too.
    """
    problem = _problem(row, here, there)
    if problem is not None:
        return [problem]
    first = here[0]
    values = [[each["measured"] for each in side] for side in (here, there)]
    compared: list[Comparison | NotComparable] = [
        Comparison(row, first["unit"], first["bound"] == "at least", *values)
    ]
    if all(each.get("cpu_ms") for side in (here, there) for each in side):
        cpu = [[each["cpu_ms"] for each in side] for side in (here, there)]
        compared.append(Comparison(f"{row}, cpu", "ms", False, *cpu))
    return compared


def exit_status(compared: Sequence[Comparison | NotComparable]) -> int:
    """Return 1 when a row is worse or failed here, and when no row could be compared."""
    pairs = [each for each in compared if isinstance(each, Comparison)]
    failed = any(isinstance(each, NotComparable) and each.failed_here for each in compared)
    return 1 if failed or not pairs or any(each.is_worse for each in pairs) else 0


def _problem(
    row: str, here: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]
) -> NotComparable | None:
    for side, results in (("here", here), ("there", there)):
        for result in results:
            if "error" in result:
                return NotComparable(row, f"{side}: {result['error']}", side == "here")
    if row in NEAR_ZERO:
        return NotComparable(row, "its values are near zero")
    units = [sorted({result["unit"] for result in side}) for side in (here, there)]
    if units[0] != units[1]:
        return NotComparable(row, f"measured in {units[0][0]} here, in {units[1][0]} there")
    if any(result["measured"] <= 0 for result in (*here, *there)):
        return NotComparable(row, "a value is not above zero")
    return None
