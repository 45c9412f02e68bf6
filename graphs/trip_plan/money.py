"""Money: an exact decimal with its currency; one currency is never added to another."""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
"""A code of ISO 4217."""

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=4, examples=["1200.00"])]


class CurrencyMismatch(ValueError):
    """Two amounts are in different currencies."""


class Money(BaseModel):
    """An amount in a currency; as JSON its amount is a string, so that nothing is lost."""

    model_config = ConfigDict(frozen=True)

    amount: Amount
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __le__(self, other: "Money") -> bool:
        self._check(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def times(self, number: int) -> "Money":
        return Money(amount=self.amount * number, currency=self.currency)

    def _check(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are in different currencies")


class Budget(Money):
    """What may be spent."""

    amount: Amount = Field(gt=0)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum, 0 where there is nothing to add; raise CurrencyMismatch."""
    return reduce(add, amounts, Money(amount=Decimal(0), currency=currency))
