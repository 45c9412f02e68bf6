"""What models used: tokens, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.setting_types import Price


@dataclass(slots=True)
class Usage:
    """Tokens and US dollars; None where a model did not say or has no price."""

    input: int | None = 0
    output: int | None = 0
    cost: Decimal | None = Decimal()
    """Exact: the sum of many small prices is no 0.30000000000000004."""

    calls: int = 0

    def add(self, other: "Usage") -> None:
        """Add another's usage; what is unknown there is unknown in the sum."""
        if other.calls == 0:
            return
        self.input = _sum(self.input, other.input)
        self.output = _sum(self.output, other.output)
        self.cost = _sum(self.cost, other.cost)
        self.calls += other.calls

    @property
    def cost_usd(self) -> float | None:
        return None if self.cost is None else float(self.cost)

    @property
    def tokens(self) -> dict[str, int] | None:
        if self.input is None or self.output is None:
            return None
        return {"input": self.input, "output": self.output}


def usage_of_call(
    models: Sequence[str], tokens: tuple[int, int] | None, prices: Mapping[str, Price]
) -> tuple[Usage, str | None]:
    """Return what one call used, and a warning where something of it is unknown.

    `models` are the names the model goes by; the first with a price counts.
    """
    price = next((prices[name] for name in models if name in prices), None)
    if tokens is None:
        cost = Decimal() if price is not None and price.is_free else None
        return Usage(None, None, cost, 1), f"the token usage of {models[0]} is unknown"
    if price is None:
        warning = f"no price is set for the model {models[0]} (FANJOIN_PRICES)"
        return Usage(*tokens, None, 1), warning
    dollars = (tokens[0] * price.input + tokens[1] * price.output) / 1_000_000
    return Usage(*tokens, dollars, 1), None


def _sum(a: Any, b: Any) -> Any:
    return None if a is None or b is None else a + b
